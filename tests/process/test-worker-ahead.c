/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "process/tf-process-private.h"
#include "workers.h"

#include <tf/tf-error.h>

/* Jobs that a worker has in front of it, seen from the socket: the program says exactly what it likes, and when. */

typedef struct
{
  TfProcess *process; /* (owned) */
  Gate       gate;
  char      *folder; /* (owned) */
} Fixture;

/* Waits, and leaves a trace. */
static void
body_first (TfTask  *task,
            gpointer user_data)
{
  gate_wait (g_variant_get_bytestring (tf_task_get_argument (task)));
}

static void
body_trace (TfTask  *task,
            gpointer user_data)
{
  g_file_set_contents (g_variant_get_bytestring (tf_task_get_argument (task)), "", 0, NULL);
}

static void
set_up (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  TfProcessSettings  settings = { 0 };
  gboolean           is_lasting = FALSE;

  start_glib ();
  gate_init (&self->gate);
  self->folder = g_dir_make_tmp ("tf-test-XXXXXX", &error);
  g_assert_no_error (error);
  self->process = tf__process_spawn (&settings, &is_lasting, &error);
  g_assert_no_error (error);
  tf__process_greet (self->process, &settings, &is_lasting, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self)
{
  tf__process_quit (self->process);
  g_error_free (tf__process_bury (self->process, TRUE));
  tf__process_unref (self->process);
  gate_clear (&self->gate);
  /* What left a trace was removed. */
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->folder);
}

static char *
get_trace (Fixture *self,
           guint64  job)
{
  return g_strdup_printf ("%s/%u", self->folder, (guint) job);
}

static void
run (Fixture    *self,
     guint64     job,
     TfTaskFunc  func,
     const char *path)
{
  g_autoptr (GError) error = NULL;
  TfTask            *task = tf_task_new_with_argument (func, g_variant_new_bytestring (path));

  tf__process_send (self->process, job, task, TF_SEND_NOW, &error);
  g_assert_no_error (error);
  tf_task_unref (task);
}

/* The first one waits, and the others leave traces. */
static void
run_all (Fixture *self,
         guint64  last)
{
  run (self, 1, body_first, self->gate.path);
  for (guint64 job = 2; job <= last; job++)
    {
      g_autofree char *path = get_trace (self, job);

      run (self, job, body_trace, path);
    }
}

static void
assert_frame (Fixture    *self,
              TfFrameType type,
              guint64     job)
{
  g_autoptr (GError) error = NULL;
  TfFrame            frame;

  tf__channel_receive (&self->process->jobs, 0, G_MAXINT64, &frame, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (frame.header.type, ==, type);
  g_assert_cmpuint (frame.header.job, ==, job);
  if (type == TF_FRAME_ERROR)
    {
      g_autoptr (GError) reason = tf__wire_unpack_error (frame.body);

      g_assert_error (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
  tf__frame_clear (&frame);
}

static void
withdraw (Fixture *self,
          guint64  job,
          guint64  last)
{
  g_assert_true (tf__channel_try_send (&self->process->control, TF_FRAME_WITHDRAW, job,
                                       g_variant_new ("(t)", last)));
}

static void
cancel (Fixture *self,
        guint64  job)
{
  g_assert_true (
    tf__channel_try_send (&self->process->control, TF_FRAME_CANCEL, job, g_variant_new ("()")));
}

/* The worker has read what came by the control socket: it answers one after the other. */
static void
wait_for_control (Fixture *self)
{
  withdraw (self, 1000, 1000);
  assert_frame (self, TF_FRAME_WITHDRAWN, 1000);
}

static void
assert_has_run (Fixture *self,
                guint64  job)
{
  g_autofree char *path = get_trace (self, job);

  g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
test_cancelled (void)
{
  Fixture self;

  g_test_summary ("A job that was sent ahead and is cancelled is not run; those around it are.");

  set_up (&self);
  run_all (&self, 4);
  cancel (&self, 3);
  wait_for_control (&self);
  gate_open (&self.gate, 1);
  assert_frame (&self, TF_FRAME_RESULT, 1);
  assert_frame (&self, TF_FRAME_RESULT, 2);
  assert_frame (&self, TF_FRAME_ERROR, 3);
  assert_frame (&self, TF_FRAME_RESULT, 4);
  assert_has_run (&self, 2);
  assert_has_run (&self, 4);
  tear_down (&self);
}

static void
test_cancelled_early (void)
{
  g_autofree char *path = NULL;
  Fixture          self;

  g_test_summary (
    "A cancel that comes before its job is not forgotten, and one that comes after it is.");

  set_up (&self);
  cancel (&self, 2);
  wait_for_control (&self);
  run_all (&self, 2);
  gate_open (&self.gate, 1);
  assert_frame (&self, TF_FRAME_RESULT, 1);
  assert_frame (&self, TF_FRAME_ERROR, 2);

  cancel (&self, 2);
  wait_for_control (&self);
  path = get_trace (&self, 3);
  run (&self, 3, body_trace, path);
  assert_frame (&self, TF_FRAME_RESULT, 3);
  assert_has_run (&self, 3);
  tear_down (&self);
}

static void
test_withdrawn (void)
{
  g_autofree char *path = NULL;
  Fixture          self;

  g_test_summary (
    "Jobs that are withdrawn are not run and have no outcome; the next number is run.");

  set_up (&self);
  run_all (&self, 4);
  withdraw (&self, 1, 4);
  assert_frame (&self, TF_FRAME_WITHDRAWN, 1);
  gate_open (&self.gate, 1);
  assert_frame (&self, TF_FRAME_RESULT, 1);

  path = get_trace (&self, 5);
  run (&self, 5, body_trace, path);
  assert_frame (&self, TF_FRAME_RESULT, 5);
  assert_has_run (&self, 5);
  tear_down (&self);
}

static void
test_withdrawn_too_late (void)
{
  Fixture self;

  g_test_summary ("The answer says which of the jobs that are withdrawn have begun.");

  set_up (&self);
  run (&self, 1, body_pid, "");
  run (&self, 2, body_pid, "");
  run (&self, 3, body_first, self.gate.path);
  run (&self, 4, body_pid, "");
  assert_frame (&self, TF_FRAME_RESULT, 1);
  assert_frame (&self, TF_FRAME_RESULT, 2);
  withdraw (&self, 1, 4);
  /* Whether the third has begun by now, only the worker knows. */
  gate_open (&self.gate, 1);
  {
    g_autoptr (GError) error = NULL;
    guint64            n_begun;
    TfFrame            frame;

    tf__channel_receive (&self.process->jobs, 0, G_MAXINT64, &frame, &error);
    g_assert_no_error (error);
    if (frame.header.type == TF_FRAME_WITHDRAWN)
      {
        n_begun = frame.header.job;
        g_assert_cmpuint (n_begun, >=, 2);
        if (n_begun >= 3)
          assert_frame (&self, TF_FRAME_RESULT, 3);
        if (n_begun >= 4)
          assert_frame (&self, TF_FRAME_RESULT, 4);
      }
    else
      {
        g_assert_cmpuint (frame.header.job, ==, 3);
      }
    tf__frame_clear (&frame);
  }
  tear_down (&self);
}

int
main (int    argc,
      char **argv)
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/worker-ahead/cancelled/is-not-run", test_cancelled);
  tf_test_add ("/worker-ahead/cancelled/before-it-comes", test_cancelled_early);
  tf_test_add ("/worker-ahead/withdrawn/is-not-run", test_withdrawn);
  tf_test_add ("/worker-ahead/withdrawn/says-what-has-begun", test_withdrawn_too_late);

  return g_test_run ();
}
