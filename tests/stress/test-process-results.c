/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "../process/workers.h"

/* Many results of the sizes at which their way changes: in the frame, as bulk, in memory of their own, and in memory
 * that the worker made. Some tasks are cancelled, and some fail with the memory in their hands. */

#define N_RESULTS   10000
#define N_IN_FLIGHT 8
#define N_KEPT      24
#define MIB         (1024 * 1024)

typedef enum
{
  MAKE_COPY,
  MAKE_IN_PLACE,
  MAKE_LESS, /* than was asked for */
  MAKE_ERROR,
  MAKE_TWICE,
  N_MAKES,
} Make;

typedef struct
{
  Workshop   workshop;
  GRand     *rand;
  GPtrArray *kept; /* (owned) of GBytes */
  guint      n_wanted;
  guint      n_submitted;
  guint      n_done;
  guint      n_completed;
  guint      n_failed;
  guint      n_cancelled;
} Storm;

static void submit_one (Storm *self);

/* As much as is looked at. */
static void
fill (guint8 *data,
      guint32 size,
      guint32 number)
{
  memcpy (data, &number, sizeof number);
  data[size / 2] = (guint8) number;
  data[size - 1] = (guint8) (number >> 8);
}

static void
check (GBytes *bytes,
       guint32 size,
       guint32 number)
{
  gsize         n;
  const guint8 *data = g_bytes_get_data (bytes, &n);

  g_assert_cmpuint (n, ==, size);
  g_assert_cmpint (memcmp (data, &number, sizeof number), ==, 0);
  g_assert_cmpuint (data[size / 2], ==, (guint8) number);
  g_assert_cmpuint (data[size - 1], ==, (guint8) (number >> 8));
}

static void
body_make (TfTask  *task,
           gpointer user_data)
{
  guint32 number;
  guint32 size;
  guint32 make;
  guint8 *data;

  g_variant_get (tf_task_get_argument (task), "(uuu)", &number, &size, &make);
  if (make == MAKE_COPY)
    {
      data = g_malloc0 (size);
      fill (data, size, number);
      tf_task_return_boxed (task, G_TYPE_BYTES, g_bytes_new_take (data, size));
      return;
    }

  data = tf_task_allocate_bytes (task, make == MAKE_LESS ? size + MIB : size);
  if (make == MAKE_TWICE)
    data = tf_task_allocate_bytes (task, size);
  if (data == NULL)
    g_error ("There is no memory");
  fill (data, size, number);
  if (make == MAKE_ERROR)
    tf_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "as was wanted");
  else
    tf_task_return_allocated (task, size);
}

static gpointer
unref_bytes (gpointer bytes)
{
  g_bytes_unref (bytes);
  return NULL;
}

/* The last reference goes here or in another thread. */
static void
keep (Storm  *self,
      GBytes *bytes)
{
  g_ptr_array_add (self->kept, bytes);
  if (self->kept->len < N_KEPT)
    return;

  bytes = g_ptr_array_steal_index_fast (self->kept,
                                        (guint) g_rand_int_range (self->rand, 0, N_KEPT));
  if (g_rand_boolean (self->rand))
    g_bytes_unref (bytes);
  else
    g_thread_unref (g_thread_new ("unref", unref_bytes, bytes));
}

static void
on_done_cb (TfFuture *future,
            Storm    *self)
{
  GVariant          *order = g_object_get_data (G_OBJECT (future), "order");
  g_autoptr (GError) error = tf_future_dup_error (future);
  guint32            number;
  guint32            size;
  guint32            make;

  g_variant_get (order, "(uuu)", &number, &size, &make);
  if (error == NULL)
    {
      GBytes *bytes = tf_future_dup_boxed (future, G_TYPE_BYTES, NULL);

      check (bytes, size, number);
      keep (self, bytes);
      self->n_completed++;
    }
  else if (make == MAKE_ERROR && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_FAILED))
    {
      self->n_failed++;
    }
  else
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      self->n_cancelled++;
    }

  self->n_done++;
  if (self->n_submitted < self->n_wanted)
    submit_one (self);
}

static guint32
throw_size (Storm *self)
{
  guint32 around = g_rand_int_range (self->rand, 0, 25) == 0 ? 16 * MIB : 64 * 1024;

  if (g_rand_int_range (self->rand, 0, 3) == 0)
    return (guint32) g_rand_int_range (self->rand, 8, 64 * 1024);
  return around + (guint32) g_rand_int_range (self->rand, -2, 3);
}

static gboolean
on_cancel_cb (gpointer future)
{
  tf_future_cancel (future);
  return G_SOURCE_REMOVE;
}

static void
submit_one (Storm *self)
{
  GVariant *order =
    g_variant_ref_sink (g_variant_new ("(uuu)", self->n_submitted++, throw_size (self),
                                       (guint32) g_rand_int_range (self->rand, 0, N_MAKES)));
  TfFuture *future = workshop_submit (&self->workshop, body_make, order);
  guint     dice = (guint) g_rand_int_range (self->rand, 0, 20);

  g_object_set_data_full (G_OBJECT (future), "order", order, (GDestroyNotify) g_variant_unref);
  g_signal_connect (future, "done", G_CALLBACK (on_done_cb), self);
  if (dice == 0)
    tf_future_cancel (future);
  else if (dice == 1)
    g_idle_add_full (G_PRIORITY_DEFAULT, on_cancel_cb, g_object_ref (future), g_object_unref);
  g_object_unref (future);
}

static gboolean
is_over (gpointer storm)
{
  return ((Storm *) storm)->n_done == ((Storm *) storm)->n_wanted;
}

static void
check_results (guint n_workers)
{
  Storm self = { .n_wanted = tf_test_scale (N_RESULTS) / 2 };

  self.rand = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  self.kept = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  workshop_open (&self.workshop, n_workers);
  for (guint i = 0; i < N_IN_FLIGHT; i++)
    submit_one (&self);
  while (!is_over (&self))
    g_main_context_iteration (NULL, TRUE);
  g_test_message ("%u completed, %u failed, %u cancelled", self.n_completed, self.n_failed,
                  self.n_cancelled);
  g_assert_cmpuint (self.n_completed, >, 0);
  g_assert_cmpuint (self.n_failed, >, 0);
  g_ptr_array_unref (self.kept);
  workshop_close (&self.workshop);
  g_rand_free (self.rand);
}

static void
test_one (void)
{
  g_test_summary ("Results of all sizes come whole from one worker, and leave nothing behind.");
  check_results (1);
}

static void
test_several (void)
{
  g_test_summary ("The same with several workers.");
  check_results (3);
}

int
main (int    argc,
      char **argv)
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/process-results/one-worker", test_one);
  tf_test_add ("/process-results/several-workers", test_several);

  return g_test_run ();
}
