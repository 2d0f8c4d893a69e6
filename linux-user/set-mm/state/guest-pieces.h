/*
 * A range of the guest's memory, one mapping after the other
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_GUEST_PIECES_H
#define LINUX_USER_GUEST_PIECES_H

#include "qemu.h"

/*
 * A piece is in one mapping of the guest's, as far as its protection tells, and
 * in one of the host's: files, offsets, and who attached a segment.
 */
typedef struct GuestPieces {
    abi_ulong start;        /* of the piece, as the next two */
    abi_ulong len;
    bool is_segment;        /* of System V */
    GArray *alike;          /* what follows is for guest-pieces.c */
    char *maps;
} GuestPieces;

/**
 * guest_pieces_begin: before the first piece of a range, which may have holes
 * guest_pieces_next: go to the next one; returns false if there is none
 * guest_pieces_end: free what is held
 *
 * As all was at the beginning.  Call with mmap_lock().
 */
void guest_pieces_begin(GuestPieces *pieces, abi_ulong start, abi_ulong len);
bool guest_pieces_next(GuestPieces *pieces);
void guest_pieces_end(GuestPieces *pieces);

#endif /* LINUX_USER_GUEST_PIECES_H */
