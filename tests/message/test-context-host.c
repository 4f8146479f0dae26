/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "message/tf-context-host-private.h"

#include "tf-test-support.h"

static void
test_shared (void)
{
  g_autoptr (GMainContext) other_context = g_main_context_new ();
  TfContextHost           *host = tf__context_host_enter (g_main_context_default ());
  TfContextHost           *same = tf__context_host_enter (g_main_context_default ());
  TfContextHost           *other = tf__context_host_enter (other_context);

  g_test_summary ("A main context has one host, as long as there is a user of it.");

  g_assert_true (same == host);
  g_assert_true (other != host);
  g_assert_true (tf__dispatcher_is_owner (&host->dispatcher));
  g_assert_true (host->dispatcher.context == g_main_context_default ());
  tf__context_host_leave (other);
  tf_test_assert_idle (other_context);
  tf__context_host_leave (same);
  g_assert_nonnull (
    g_main_context_find_source_by_id (NULL, g_source_get_id (host->dispatcher.source)));
  tf__context_host_leave (host);
}

static guint
source_id (TfContextHost *host)
{
  return g_source_get_id (host->dispatcher.source);
}

static void
test_detaches (void)
{
  TfContextHost *host = tf__context_host_enter (g_main_context_default ());
  guint          id = source_id (host);

  g_test_summary ("The source goes with the last user, and a new user finds a new host.");

  g_assert_nonnull (g_main_context_find_source_by_id (NULL, id));
  tf__context_host_leave (host);
  g_assert_null (g_main_context_find_source_by_id (NULL, id));
  host = tf__context_host_enter (g_main_context_default ());
  g_assert_nonnull (g_main_context_find_source_by_id (NULL, source_id (host)));
  tf__context_host_leave (host);
}

static gpointer
leave_in_thread (gpointer host)
{
  tf__context_host_leave (host);
  return NULL;
}

static void
test_leaves_in_thread (void)
{
  TfContextHost *host = tf__context_host_enter (g_main_context_default ());
  guint          id = source_id (host);

  g_test_summary ("When the last user leaves in another thread, the source goes in the next turn.");

  g_thread_join (g_thread_new ("leave", leave_in_thread, host));
  g_assert_nonnull (g_main_context_find_source_by_id (NULL, id));
  tf_test_drain (NULL);
  g_assert_null (g_main_context_find_source_by_id (NULL, id));
}

static void
test_used_again (void)
{
  TfContextHost *host = tf__context_host_enter (g_main_context_default ());
  guint          id = source_id (host);

  g_test_summary ("A user that comes before that turn keeps the source.");

  g_thread_join (g_thread_new ("leave", leave_in_thread, host));
  g_assert_true (tf__context_host_enter (g_main_context_default ()) == host);
  tf_test_drain (NULL);
  g_assert_nonnull (g_main_context_find_source_by_id (NULL, id));
  tf__context_host_leave (host);
  g_assert_null (g_main_context_find_source_by_id (NULL, id));
}

static gpointer
come_and_go (gpointer data)
{
  guint n = tf_test_scale (2000);

  for (guint i = 0; i < n; i++)
    tf__context_host_leave (tf__context_host_enter (data));

  return NULL;
}

static void
test_race (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  GThread                 *threads[3];
  TfContextHost           *host;

  g_test_summary ("Threads that come and go at the same time leave nothing behind.");

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("user", come_and_go, context);
  for (guint i = 0; i < tf_test_scale (2000); i++)
    g_main_context_iteration (context, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  tf_test_drain (context);
  host = tf__context_host_enter (context);
  tf__context_host_leave (host);
  tf_test_drain (context);
  tf_test_assert_idle (context);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/context-host/is-one-for-each-context", test_shared);
  tf_test_add ("/context-host/goes-with-the-last-user", test_detaches);
  tf_test_add ("/context-host/is-left-in-any-thread", test_leaves_in_thread);
  tf_test_add ("/context-host/stays-for-a-new-user", test_used_again);
  tf_test_add ("/context-host/bears-threads-that-come-and-go", test_race);

  return g_test_run ();
}
