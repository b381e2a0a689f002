/* SPDX-License-Identifier: MIT */
/*
 * Bytes in and out: descriptors, and the records that PROTOCOL.md describes.
 */
#ifndef PROCMAPS_AGENT_WIRE_H
#define PROCMAPS_AGENT_WIRE_H

#include "state.h"

/* End this process at once. */
__attribute__((noreturn)) void leave(int status);

/* Rename a descriptor. End with EXIT_NO_DESCRIPTOR if `from` is an errno. */
void move_fd(long from, int to);

/* read(2), repeated after EINTR. */
long read_some(int fd, void *to, unsigned long n);

/* Read exactly n bytes. Return 0, or -1 at the end of the input or on an error. */
int read_all(int fd, u8 *to, unsigned long n);

/* Write n bytes. End with EXIT_NO_LISTENER if that fails. */
void write_all(int fd, const u8 *from, unsigned long n);

/* Records are collected in state.out and written by flush(). */
void flush(void);
void put_bytes(const void *from, unsigned long n);
void put_number(u64 value);
void put_result(unsigned index, s64 value);
void put_data(unsigned index, const void *from, unsigned long n);

/* Store the low n bytes of a number, little-endian. */
void store_little(u8 *to, u64 value, unsigned n);

#endif
