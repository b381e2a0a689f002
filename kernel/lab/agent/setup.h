/* SPDX-License-Identifier: MIT */
/*
 * What every program finds: the descriptors, /proc, /t and /dev, in a guest and on a host.
 */
#ifndef PROCMAPS_AGENT_SETUP_H
#define PROCMAPS_AGENT_SETUP_H

/* As process 1: mount, make devices, and open the virtio port as FD_IN and FD_OUT. */
void set_up_guest(int serial);

/*
 * With "--isolated" on a host: a mount namespace with a root of its own, an empty tmpfs, so that
 * scenarios find the same /t and /dev as in a guest. Needs CAP_SYS_ADMIN, else ends with
 * EXIT_NO_MOUNT.
 */
void isolate_on_host(void);

#endif
