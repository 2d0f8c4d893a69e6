// What gdb talks to is in a table of descriptors that is not the guest's.
//
// Files: gdbstub/user.c
//
// SPDX-License-Identifier: GPL-2.0-or-later

// Series: 10.0 10.2
@include_own_socket@
@@
 #include "internals.h"
+#include "linux-user/set-mm/host/own-socket.h"

// Series: 10.0 10.2
@gdb_recv@
expression E, buf, n;
position weave;
@@
- recv@weave(E, buf, n, 0)
+ own_socket_recv(E, buf, n)

// Series: 10.0 10.2
@gdb_send@
expression E, buf, n;
position weave;
@@
- send@weave(E, buf, n, 0)
+ own_socket_send(E, buf, n)

// Series: 10.0 10.2
@gdb_read@
expression buf, n;
position weave;
@@
- read@weave(gdbserver_user_state.fd, buf, n)
+ own_socket_recv(gdbserver_user_state.fd, buf, n)

// Series: 10.0 10.2
@gdb_close_connection@
position weave;
@@
- close@weave(gdbserver_user_state.fd)
+ own_socket_close(gdbserver_user_state.fd)

// Series: 10.0 10.2
@gdb_close_listener@
position weave;
@@
- close@weave(gdb_fd)
+ own_socket_close(gdb_fd)

// Series: 10.0 10.2
@gdb_accept@
expression addr, len;
position weave;
@@
     fd =
-         accept@weave(gdb_fd, addr, len);
+         own_socket_accept(gdb_fd, addr, len);
     if (fd < 0 && errno != EINTR) {
         ...
     } else if (fd >= 0) {
-        qemu_set_cloexec(fd);
         break;
     }

// Series: 10.0 10.2
@gdb_nodelay@
statement S;
position weave;
@@
- if (socket_set_nodelay@weave(fd)) {
+ if (own_socket_nodelay(fd)) {
     ...
-    close(fd);
+    own_socket_close(fd);
     return false;
 }

// Series: 10.0 10.2
@gdb_open_port@
position weave;
@@
 gdbserver_open_port(...)
 {
     <...
-    return fd@weave;
+    return own_socket_give(fd);
     ...>
 }

// Series: 10.2
@gdb_open_path_10_2@
position weave;
@@
 gdbserver_open_socket(...)
 {
     <...
-    return fd@weave;
+    return own_socket_give(fd);
     ...>
 }

// Series: 10.0
@gdb_open_path@
expression path, errp;
position weave;
@@
- unix_listen@weave(path, errp)
+ own_socket_give(unix_listen(path, errp))
