/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <unistd.h>

#include <glib-unix.h>

#include "process/tf-process-private.h"
#include "tf-test-support.h"

typedef struct
{
  TfTestCounter n_calls;
  TfTestCounter n_freed;
  GThread      *thread; /* (unowned) that called last */
  guint         n_wanted;
} Calls;

static TfMinder *
make_minder (void)
{
  g_autoptr (GError) error = NULL;
  TfMinder          *minder = tf__minder_new (&error);

  g_assert_no_error (error);
  return minder;
}

static void
calls_init (Calls *self,
            guint  n_wanted)
{
  tf_test_counter_init (&self->n_calls);
  tf_test_counter_init (&self->n_freed);
  self->n_wanted = n_wanted;
}

static void
calls_clear (Calls *self)
{
  tf_test_counter_clear (&self->n_calls);
  tf_test_counter_clear (&self->n_freed);
}

static gboolean
on_time_cb (gpointer data)
{
  Calls *calls = data;

  calls->thread = g_thread_self ();
  tf_test_counter_add (&calls->n_calls, 1);
  return G_SOURCE_REMOVE;
}

static void
free_calls (gpointer data)
{
  tf_test_counter_add (&((Calls *) data)->n_freed, 1);
}

static gboolean
on_input_cb (int          fd,
             GIOCondition condition,
             gpointer     data)
{
  Calls *calls = data;
  char   byte;

  g_assert_cmpint (read (fd, &byte, 1), >=, 0);
  return tf_test_counter_add (&calls->n_calls, 1) < (gint64) calls->n_wanted;
}

static void
test_timeout (void)
{
  TfMinder *minder = make_minder ();
  Calls     calls;

  g_test_summary ("What is given to the minder is called once, in its own thread, and freed.");

  calls_init (&calls, 1);
  g_source_unref (tf__minder_add_timeout (minder, 0, on_time_cb, &calls, free_calls));
  tf_test_counter_wait (&calls.n_freed, 1);
  g_assert_cmpint (tf_test_counter_get (&calls.n_calls), ==, 1);
  g_assert_true (calls.thread != g_thread_self ());

  /* A time that is over already. */
  g_source_unref (tf__minder_add_timeout (minder, -1000, on_time_cb, &calls, free_calls));
  tf_test_counter_wait (&calls.n_freed, 2);
  tf__minder_free (minder);
  calls_clear (&calls);
}

static void
test_prevented (void)
{
  TfMinder *minder = make_minder ();
  GSource  *source;
  Calls     calls;

  g_test_summary ("What was prevented is not called, and freed; so is what the minder does not "
                  "come to.");

  calls_init (&calls, 1);
  source = tf__minder_add_timeout (minder, G_USEC_PER_SEC * 1000, on_time_cb, &calls, free_calls);
  g_source_destroy (source);
  g_source_unref (source);
  g_assert_cmpint (tf_test_counter_get (&calls.n_freed), ==, 1);

  g_source_unref (tf__minder_add_timeout (minder, G_MAXINT64, on_time_cb, &calls, free_calls));
  tf__minder_free (minder);
  g_assert_cmpint (tf_test_counter_get (&calls.n_freed), ==, 2);
  g_assert_cmpint (tf_test_counter_get (&calls.n_calls), ==, 0);
  calls_clear (&calls);
}

static void
test_reader (void)
{
  TfMinder          *minder = make_minder ();
  g_autoptr (GError) error = NULL;
  Calls              calls;
  int                fds[2];

  g_test_summary ("Input is told again and again, and the end of it too, until nobody wants to "
                  "know.");

  g_unix_open_pipe (fds, FD_CLOEXEC, &error);
  g_assert_no_error (error);
  calls_init (&calls, 3);
  g_source_unref (tf__minder_add_reader (minder, fds[0], on_input_cb, &calls, free_calls));
  g_assert_cmpint (write (fds[1], "ab", 2), ==, 2);
  tf_test_counter_wait (&calls.n_calls, 2);
  close (fds[1]);
  tf_test_counter_wait (&calls.n_freed, 1);
  g_assert_cmpint (tf_test_counter_get (&calls.n_calls), ==, 3);
  tf__minder_free (minder);
  close (fds[0]);
  calls_clear (&calls);
}

static void
test_free_at_once (void)
{
  g_test_summary ("A minder may go before its thread has begun.");

  for (guint i = 0; i < tf_test_scale (100); i++)
    tf__minder_free (make_minder ());
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/process-minder/timeout/is-over", test_timeout);
  tf_test_add ("/process-minder/timeout/is-prevented", test_prevented);
  tf_test_add ("/process-minder/reader/tells-input-and-end", test_reader);
  tf_test_add ("/process-minder/free/at-once", test_free_at_once);

  return g_test_run ();
}
