/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

/* A copy of the program that fork() made without an exec. */

static void
body_wait (TfTask  *task,
           gpointer user_data)
{
  tell_process (task);
  gate_wait (g_variant_get_bytestring (tf_task_get_argument (task)));
  tf_task_return_int64 (task, 42);
}

/* Does not return. The status is 0 if the copy sees what it should. */
static void
be_the_copy (Workshop *workshop)
{
  g_autoptr (GError) error = NULL;
  TfTask            *task = tf_task_new_with_argument (body_wait, NULL);
  TfFuture          *future = tf_executor_submit (workshop->executor, task, &error);

  if (future != NULL || !g_error_matches (error, TF_ERROR, TF_ERROR_NOT_RUNNING))
    _exit (1);
  g_object_unref (workshop->executor);
  g_object_unref (workshop->context);
  _exit (0);
}

static void
test_copy (void)
{
  Workshop workshop;
  Journal  journal;
  Gate     gate;
  pid_t    copy;
  int      status = -1;

  g_test_summary ("A copy of the program submits nothing, and what it drops ends no job of the "
                  "program.");

  gate_init (&gate);
  workshop_open (&workshop, 1);
  journal_open (&journal, workshop_submit (&workshop, body_wait, gate_as_argument (&gate)));
  journal_wait_process (&journal);
  copy = fork ();
  if (copy == 0)
    be_the_copy (&workshop);
  g_assert_cmpint (waitpid (copy, &status, 0), ==, copy);
  g_assert_cmpint (status, ==, 0);

  gate_open (&gate, 1);
  tf_test_wait_done (journal.future);
  tf_test_assert_int64 (journal.future, 42);
  journal_close (&journal);
  workshop_close (&workshop);
  gate_clear (&gate);
}

int
main (int    argc,
      char **argv)
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/process-fork/copy/leaves-the-program-alone", test_copy);

  return g_test_run ();
}
