/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tf/tf.h>

#include "variants.h"

/* Composition, in one thread: ours, and as a floor plain records with a function, which nobody else can look at. */

typedef struct _FloorNode FloorNode;

struct _FloorNode
{
  void (*run) (FloorNode *self,
               gpointer   data);
  gpointer data;
  int      state;
};

static void
on_floor_member (FloorNode *self,
                 gpointer   data)
{
  gsize *n_left = data;

  (*n_left)--;
}

void
floor_all (const BenchSetting *setting,
           double              results[BENCH_MAX_RESULTS])
{
  g_autofree FloorNode **nodes = g_new (FloorNode *, setting->n);
  gsize                  n_left = setting->n;
  gint64                 begin_ns;

  for (gsize i = 0; i < setting->n; i++)
    nodes[i] = g_new0 (FloorNode, 1);

  begin_ns = bench_now_ns ();
  for (gsize i = 0; i < setting->n; i++)
    {
      nodes[i]->run = on_floor_member;
      nodes[i]->data = &n_left;
    }
  for (gsize i = 0; i < setting->n; i++)
    {
      nodes[i]->state = 1;
      nodes[i]->run (nodes[i], nodes[i]->data);
    }
  g_assert_cmpuint (n_left, ==, 0);
  for (gsize i = 0; i < setting->n; i++)
    g_free (nodes[i]);

  results[0] = (double) (bench_now_ns () - begin_ns) / (double) setting->n;
}

void
floor_then (const BenchSetting *setting,
            double              results[BENCH_MAX_RESULTS])
{
  gint64     begin_ns = bench_now_ns ();
  FloorNode *first = g_new0 (FloorNode, 1);
  FloorNode *last = first;
  gsize      n_run = 0;

  for (gsize i = 0; i < setting->n; i++)
    {
      FloorNode *node = g_new0 (FloorNode, 1);

      last->data = node;
      last = node;
    }
  for (FloorNode *node = first; node != NULL;)
    {
      FloorNode *next = node->data;

      node->state = 1;
      n_run++;
      g_free (node);
      node = next;
    }
  g_assert_cmpuint (n_run, ==, setting->n + 1);

  results[0] = (double) (bench_now_ns () - begin_ns) / (double) setting->n;
}

/* As in a program, whose loop holds the main context all the time. */
static void
begin_loop (void)
{
  g_main_context_acquire (NULL);
}

static void
end_loop (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_main_context_release (NULL);
}

static void
run_until_done (TfFuture *future)
{
  while (!tf_future_is_done (future))
    g_main_context_iteration (NULL, TRUE);
}

void
tf_all (const BenchSetting *setting,
        double              results[BENCH_MAX_RESULTS])
{
  g_autofree TfFuture **members = g_new (TfFuture *, setting->n);
  TfFutureSet          *set;
  gint64                begin_ns;

  begin_loop ();
  for (gsize i = 0; i < setting->n; i++)
    members[i] = TF_FUTURE (tf_promise_new (NULL));

  begin_ns = bench_now_ns ();
  set = tf_future_all (members, setting->n, TF_FUTURE_SET_FLAGS_NONE);
  for (gsize i = 0; i < setting->n; i++)
    tf_promise_resolve_none (TF_PROMISE (members[i]));
  run_until_done (TF_FUTURE (set));
  g_object_unref (set);
  for (gsize i = 0; i < setting->n; i++)
    g_object_unref (members[i]);

  results[0] = (double) (bench_now_ns () - begin_ns) / (double) setting->n;
  end_loop ();
}

static TfFuture *
go_on (TfFuture *done,
       gpointer  user_data)
{
  gsize *n_run = user_data;

  (*n_run)++;
  return NULL;
}

void
tf_then (const BenchSetting *setting,
         double              results[BENCH_MAX_RESULTS])
{
  gint64     begin_ns = bench_now_ns ();
  TfPromise *first = tf_promise_new (NULL);
  TfFuture  *last = TF_FUTURE (g_object_ref (first));
  gsize      n_run = 0;

  begin_loop ();
  for (gsize i = 0; i < setting->n; i++)
    {
      TfFuture *next = tf_future_then (last, go_on, &n_run, NULL);

      g_object_unref (last);
      last = next;
    }
  tf_promise_resolve_none (first);
  run_until_done (last);
  g_object_unref (first);
  g_object_unref (last);
  g_assert_cmpuint (n_run, ==, setting->n);

  results[0] = (double) (bench_now_ns () - begin_ns) / (double) setting->n;
  end_loop ();
}
