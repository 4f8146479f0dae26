/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* RTLD_NEXT */
#endif

#include <dlfcn.h>

#include "workers.h"

/* A program that gets no threads: this one takes the place of the function that makes them. */

static const char *refused; /* the name of the threads that are not made */
static gint        n_left;  /* [atomic] so many times */

GThread *
g_thread_try_new (const char *name,
                  GThreadFunc func,
                  gpointer    data,
                  GError    **error)
{
  GThread *(*real) (const char *, GThreadFunc, gpointer, GError **);
  void *symbol = dlsym (RTLD_NEXT, "g_thread_try_new");

  if (g_strcmp0 (name, refused) == 0 && g_atomic_int_add (&n_left, -1) > 0)
    {
      g_set_error_literal (error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN, "No thread today");
      return NULL;
    }

  memcpy (&real, &symbol, sizeof real);
  return real (name, func, data, error);
}

static void
test_minder (void)
{
  Workshop workshop;

  g_test_summary ("A start for which there is no thread is tried again.");

  workshop_open (&workshop, 1);
  refused = "tf-minder";
  g_atomic_int_set (&n_left, 3);
  g_assert_cmpint (workshop_get_pid (&workshop), >, 0);
  g_assert_cmpint (g_atomic_int_get (&n_left), <=, 0);
  workshop_close (&workshop);
}

static void
test_warm_up (void)
{
  Workshop workshop;

  g_test_summary ("Workers that cannot be started ahead for want of a thread are a warning, and "
                  "start with the first task.");

  workshop_open (&workshop, 1);
  refused = "tf-warm-up";
  g_atomic_int_set (&n_left, 1);
  g_test_expect_message ("Tf", G_LOG_LEVEL_WARNING, "*No thread*");
  tf_process_context_warm_up (workshop.context, 1);
  g_test_assert_expected_messages ();
  g_assert_cmpint (workshop_get_pid (&workshop), >, 0);
  workshop_close (&workshop);
}

int
main (int    argc,
      char **argv)
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/process-shortage/threads/for-a-start", test_minder);
  tf_test_add ("/process-shortage/threads/for-a-warm-up", test_warm_up);

  return g_test_run ();
}
