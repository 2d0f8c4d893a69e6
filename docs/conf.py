# SPDX-License-Identifier: GPL-2.0-or-later
"""Sphinx: the manual page and HTML."""

project = "qemu-set-mm"
copyright = "the qemu-set-mm authors"
extensions = []
html_theme = "alabaster"
man_pages = [
    ("qemu-set-mm", "qemu-set-mm",
     "PR_SET_MM for the guests of QEMU's user emulators", "", 7),
    ("qemu-set-mm-binfmt", "qemu-set-mm-binfmt",
     "have the kernel start the emulators for foreign programs", "", 8),
]
