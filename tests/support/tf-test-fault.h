/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tf-test-support.h"

/* Calls of the system that fail on purpose. A program that is built with tf-test-fault.c has its own functions of
 * these names, which come before those of the C library for all that it links. */
typedef enum
{
  TF_TEST_FAULT_THREAD,     /* pthread_create() */
  TF_TEST_FAULT_DESCRIPTOR, /* eventfd(), timerfd_create(), epoll_create1(), socketpair(), pipe2() */
  TF_TEST_FAULT_MEMFD,      /* memfd_create() */
  TF_TEST_FAULT_MAP,        /* mmap() */
  TF_TEST_FAULT_MEMORY,     /* g_try_malloc(), g_try_malloc0() */
  TF_TEST_N_FAULTS
} TfTestFault;

/* Why calls cannot be made to fail in this build, or NULL. */
const char *tf_test_fault_get_obstacle (void);
/* From now on the call with number @first, counted from 1, and the next ones fail, @n_failures of them. */
void tf_test_fault_arm (TfTestFault fault,
                        guint       first,
                        guint       n_failures);
/* No call fails any more. Returns how many did. */
guint tf_test_fault_disarm (void);
