/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf-testing/tf-testing.h>

/* What a fixture has seen, and what it has found. The thread of the test. */
typedef struct
{
  GPtrArray *watched; /* (owned) of objects that have to be gone at the end */
  GPtrArray *found;   /* (owned) of texts (owned) */
} TfTestLeaks;

void tf__test_leaks_init (TfTestLeaks *self);
void tf__test_leaks_clear (TfTestLeaks *self);

void tf__test_leaks_watch (TfTestLeaks *self,
                           GObject     *object,
                           const char  *name);
/* Watches the futures of the executor, also those that come. */
void tf__test_leaks_watch_futures (TfTestLeaks *self,
                                   TfExecutor  *executor);
void tf__test_leaks_unwatch_futures (TfTestLeaks *self,
                                     TfExecutor  *executor);

void tf__test_leaks_add (TfTestLeaks *self,
                         const char  *format,
                         ...) G_GNUC_PRINTF (2, 3);
/* Adds what of its kind is there. */
void tf__test_leaks_find_unfinished (TfTestLeaks *self,
                                     TfExecutor  *executor);
void tf__test_leaks_find_objects (TfTestLeaks *self);
void tf__test_leaks_find_sources (TfTestLeaks  *self,
                                  GMainContext *context);
/* Sets how tf__test_leaks_tell() lets a test fail; NULL for the default. */
void tf__test_leaks_set_fail_func (TfTestFailFunc func,
                                   gpointer       user_data);
/* Lets the test fail if something was found. */
void tf__test_leaks_tell (TfTestLeaks *self);
