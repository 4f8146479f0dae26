/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "meeting.h"

/* The function of a task waits for futures that it makes, while the program has not run its main loop yet. */

typedef struct
{
  TfExecutor *executor;
  TfExecutor *inner; /* (nullable) made by the function */
  TfFuture *(*make) (gpointer data);
  TfFuture  *made;       /* (nullable) what the function waits for */
  GThread   *handled_in; /* (nullable) the thread that dispatched a source of the default main context */
  TfTestGate is_waiting;
} World;

static void
world_init (World *self)
{
  *self = (World){ .executor = executor_new (1) };
  tf_test_gate_init (&self->is_waiting);
}

static void
world_clear (World *self)
{
  tf_test_gate_clear (&self->is_waiting);
  if (self->inner != NULL)
    tf_test_executor_finish (&self->inner);
  tf_test_executor_finish (&self->executor);
}

static gboolean
on_idle_cb (gpointer data)
{
  World *self = data;

  self->handled_in = g_thread_self ();
  if (TF_IS_PROMISE (self->made))
    tf_promise_resolve_none (TF_PROMISE (self->made));
  return G_SOURCE_REMOVE;
}

static void
run_wait (TfTask  *task,
          gpointer data)
{
  World             *self = data;
  g_autoptr (GError) error = NULL;

  self->made = self->make (self);
  g_idle_add (on_idle_cb, self);
  g_assert_true (tf_future_wait (self->made, -1, NULL, &error));
  g_assert_no_error (error);
}

static void
run_open (TfTask  *task,
          gpointer gate)
{
  tf_test_gate_open (gate);
}

static TfFuture *
make_promise (gpointer data)
{
  return TF_FUTURE (tf_promise_new ("answer"));
}

static TfFuture *
make_delay (gpointer data)
{
  return tf_future_delay (0);
}

static TfFuture *
make_source (gpointer data)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  return tf_future_from_source (source);
}

static TfFuture *
make_inner_task (gpointer data)
{
  World *self = data;

  self->inner = executor_new (1);
  return submit (self->inner, run_nothing, NULL);
}

static void
check_wait (TfFuture *(*make) (gpointer data))
{
  World     world;
  TfFuture *future;
  TfFuture *behind;

  world_init (&world);
  world.make = make;
  future = submit (world.executor, run_wait, &world);
  behind = submit (world.executor, run_open, &world.is_waiting);

  /* The only worker gets to the second task when the first one waits. */
  tf_test_gate_wait (&world.is_waiting);
  g_assert_null (world.handled_in);
  tf_test_wait_done (future);
  tf_test_drain (NULL);
  g_assert_true (world.handled_in == g_thread_self ());

  finish_future (future);
  finish_future (behind);
  finish_future (world.made);
  world_clear (&world);
}

static void
test_promise (void)
{
  g_test_summary ("A task that waits for its own promise blocks until the main thread runs the "
                  "main context.");
  check_wait (make_promise);
}

static void
test_delay (void)
{
  g_test_summary ("A task that waits for its own delay blocks until the main thread runs the "
                  "main context.");
  check_wait (make_delay);
}

static void
test_source (void)
{
  g_test_summary ("A task that waits for a source blocks until the main thread runs the main "
                  "context.");
  check_wait (make_source);
}

static void
test_inner_executor (void)
{
  g_test_summary ("A task that waits for a task of an executor that it has made blocks until "
                  "the main thread runs the "
                  "main context; the executor belongs to the main thread.");
  check_wait (make_inner_task);
}

static void
run_make (TfTask  *task,
          gpointer data)
{
  World *self = data;

  self->made = make_promise (NULL);
}

static void
test_main_thread_waits (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GError)       error = NULL;
  World                    world;
  TfFuture                *future;

  g_test_summary ("The main thread may wait for a promise that a task has made before the main "
                  "loop runs.");

  /* So nothing tells whose the default main context is. */
  g_main_context_push_thread_default (context);
  world_init (&world);
  future = submit (world.executor, run_make, &world);
  g_assert_true (tf_future_wait (future, -1, NULL, &error));
  g_assert_no_error (error);
  finish_future (future);
  world_clear (&world);
  g_main_context_pop_thread_default (context);

  g_idle_add (on_idle_cb, &world);
  g_assert_true (tf_future_wait (world.made, tf_test_timeout_us (), NULL, &error));
  g_assert_no_error (error);
  g_assert_true (world.handled_in == g_thread_self ());
  finish_future (world.made);
}

static void
run_with_context (TfTask  *task,
                  gpointer data)
{
  World                   *self = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource)      source = g_idle_source_new ();
  g_autoptr (GError)       error = NULL;

  g_main_context_push_thread_default (context);
  self->made = make_promise (NULL);
  g_source_set_callback (source, on_idle_cb, self, NULL);
  g_source_attach (source, context);
  g_assert_true (tf_future_wait (self->made, -1, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (self->handled_in == g_thread_self ());
  g_clear_object (&self->made);
  g_main_context_pop_thread_default (context);
}

static void
test_own_context (void)
{
  World     world;
  TfFuture *future;

  g_test_summary ("A wait in a task iterates the main context that the task has made the thread "
                  "default.");

  world_init (&world);
  future = submit (world.executor, run_with_context, &world);
  tf_test_wait_done (future);
  g_assert_nonnull (world.handled_in);
  finish_future (future);
  world_clear (&world);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  /* GObject changes the class of a parent without a lock when the first class is derived from it. */
  g_object_unref (tf_promise_new ("first"));
  g_object_unref (tf_future_new_for_int64 (1));

  tf_test_add ("/future/wait-in-body/blocks-for-a-promise", test_promise);
  tf_test_add ("/future/wait-in-body/blocks-for-a-delay", test_delay);
  tf_test_add ("/future/wait-in-body/blocks-for-a-source", test_source);
  tf_test_add ("/future/wait-in-body/blocks-for-an-executor-of-its-own", test_inner_executor);
  tf_test_add ("/future/wait-in-body/leaves-the-context-to-the-main-thread",
               test_main_thread_waits);
  tf_test_add ("/future/wait-in-body/runs-a-context-of-its-own", test_own_context);

  return g_test_run ();
}
