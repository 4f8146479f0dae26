/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

#include <time.h>

/* Large variants, to a worker and back. Sixteen times the elements take sixteen times the processor time, where it once
 * was 256 times; the margin between is wide. */

#define FEW        20000
#define FACTOR     16
#define MAX_FACTOR 80

/* Times are the best of several. */
#define N_TRIES 3

static double
get_cpu_seconds (void)
{
  struct timespec used;

  g_assert_cmpint (clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &used), ==, 0);
  return (double) used.tv_sec + (double) used.tv_nsec / 1e9;
}

static void
look_at_all (GVariant *variant)
{
  for (gsize i = 0, n = g_variant_n_children (variant); i < n; i++)
    g_variant_unref (g_variant_get_child_value (variant, i));
}

/* Says how much processor time this worker has used so far, with the argument in its hands. */
static void
body_echo (TfTask  *task,
           gpointer user_data)
{
  GVariant *argument = tf_task_get_argument (task);

  look_at_all (argument);
  tf_task_send_double (task, "used", get_cpu_seconds ());
  tf_task_return_variant (task, argument);
}

static GVariant *
make_array (const char *type,
            guint       n)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE (type));
  for (guint i = 0; i < n; i++)
    {
      char key[20];

      g_snprintf (key, sizeof key, "key%u", i);
      if (type[1] == 'v')
        g_variant_builder_add (&builder, "v", g_variant_new_int32 ((gint32) i));
      else if (type[1] == 's')
        g_variant_builder_add (&builder, "s", key);
      else
        g_variant_builder_add (&builder, "{sv}", key, g_variant_new_int32 ((gint32) i));
    }

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* What one way there and back takes of both processes. @used: what the worker had used before. */
static double
echo (Workshop *workshop,
      GVariant *argument,
      double   *used)
{
  double               start = get_cpu_seconds ();
  double               seconds;
  g_autoptr (GVariant) result = NULL;
  g_autoptr (GError)   error = NULL;
  Journal              journal;

  journal_open (&journal, workshop_submit (workshop, body_echo, argument));
  tf_test_wait_done (journal.future);
  result = tf_future_dup_variant (journal.future, &error);
  g_assert_no_error (error);
  look_at_all (result);
  g_assert_cmpuint (g_variant_n_children (result), ==, g_variant_n_children (argument));

  seconds = get_cpu_seconds () - start + g_value_get_double (&journal.last) - *used;
  *used = g_value_get_double (&journal.last);
  journal_close (&journal);
  return seconds;
}

static double
echo_often (Workshop   *workshop,
            const char *type,
            guint       n)
{
  g_autoptr (GVariant) argument = make_array (type, n);
  double               best = G_MAXDOUBLE;
  double               used = 0;

  /* The first one only says where the worker stands. */
  echo (workshop, argument, &used);
  for (guint i = 0; i < N_TRIES; i++)
    best = MIN (best, echo (workshop, argument, &used));

  return best;
}

static void
test_linear (gconstpointer type)
{
  Workshop workshop;
  double   few;
  double   many;

  g_test_summary ("Many elements take time in proportion to their number to a worker and back.");

  workshop_open (&workshop, 1);
  few = echo_often (&workshop, type, FEW);
  many = echo_often (&workshop, type, FEW * FACTOR);
  g_test_message ("%s: %.4f s and %.4f s", (const char *) type, few, many);
  g_assert_cmpfloat (many, <, few * MAX_FACTOR);
  workshop_close (&workshop);
}

int
main (int   argc,
      char *argv[])
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/process-large/variants/are-linear", "av", test_linear);
  g_test_add_data_func ("/process-large/texts/are-linear", "as", test_linear);
  g_test_add_data_func ("/process-large/dictionaries/are-linear", "a{sv}", test_linear);

  return g_test_run ();
}
