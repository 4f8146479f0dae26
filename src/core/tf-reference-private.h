/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-task.h>

/* How the function of a task is named in another process. Any thread.
 *
 *   name:NAME                     registered with tf_worker_register() in both
 *   elf:BUILD-ID+OFFSET:PATH      a plain C function: the module, empty for the executable, and where in it
 *   py:MODULE:QUALNAME, js:FILE#EXPORT, and what else a binding has: only tf_worker_run_with() knows what they mean
 */

void tf__reference_register (const char *name,
                             TfTaskFunc  func);

/* Cheap for a function that was asked for before. @is_in_executable: whether a worker has to be the same executable.
 * Fails with TF_ERROR_NOT_PORTABLE: closures, data, modules without build-id, other systems than Linux. */
gboolean tf__reference_make (TfTaskFunc   func,
                             const char **reference,
                             gboolean    *is_in_executable,
                             GError     **error);
/* In the worker; loads the module if need be. Fails with TF_ERROR_NOT_PORTABLE, which says why: not registered, another
 * build of the module, not code, what the loader says. */
TfTaskFunc tf__reference_resolve (const char *reference,
                                  GError    **error);
/* Whether it is of one of the kinds that tf__reference_resolve() knows. */
gboolean tf__reference_is_native (const char *reference);
/* "kind:something", of what may be printed; at most 4096 bytes. */
gboolean tf__reference_check (const char *reference,
                              GError    **error);
