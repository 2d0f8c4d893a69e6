/*
 * What a debugger has open: sockets that it talks to, and files that it reads
 *
 * They are in the keeper's table (own-table.h), in which nothing waits.  So
 * whoever waits asks again and again, and sleeps in between.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_OWN_SOCKET_H
#define LINUX_USER_OWN_SOCKET_H

#include <sys/socket.h>
#include <sys/types.h>

/**
 * own_socket_give: move a socket, or any file, to the keeper's table
 * @fd: in the calling thread's; is closed; may be -1
 *
 * Returns: a handle for the functions below, which is no descriptor, or -1 with
 * errno.  A forked child has its parent's handles.
 */
int own_socket_give(int fd);

/**
 * own_socket_accept: accept(2), but for the flags
 *
 * Returns: a handle, or -1 with errno.
 */
int own_socket_accept(int handle, struct sockaddr *addr, socklen_t *len);

/* own_socket_recv, own_socket_send: recv(2) and send(2) without flags */
ssize_t own_socket_recv(int handle, void *buf, size_t size);
ssize_t own_socket_send(int handle, const void *buf, size_t size);

/* own_socket_pread: pread(2), of a file */
ssize_t own_socket_pread(int handle, void *buf, size_t size, off_t pos);

/* own_socket_nodelay: TCP_NODELAY; returns 0, or -1 with errno */
int own_socket_nodelay(int handle);

/* own_socket_close: close(2) */
int own_socket_close(int handle);

/**
 * own_socket_when_called: have somebody called once a connection can be
 * accepted by the socket that was given last
 * @call: with NULL, in the keeper's thread
 *
 * Forked children do not go on to wait for it.
 */
void own_socket_when_called(void *(*call)(void *unused));

#endif /* LINUX_USER_OWN_SOCKET_H */
