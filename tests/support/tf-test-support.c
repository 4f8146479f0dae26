/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

static guint
number_from_environment (const char *name,
                         guint       otherwise)
{
  const char *text = g_getenv (name);
  guint64     number;

  if (text == NULL || *text == '\0')
    return otherwise;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT, &number, NULL))
    g_error ("%s is not a positive number: %s", name, text);

  return (guint) number;
}

gint64
tf_test_timeout_us (void)
{
  return number_from_environment ("TF_TEST_TIMEOUT", 30) * G_TIME_SPAN_SECOND;
}

guint
tf_test_scale (guint n)
{
  return (guint) MAX (1, (guint64) n * number_from_environment ("TF_TEST_SCALE", 100) / 100);
}

/* --- Tests --- */

static void
run_test (gconstpointer data)
{
  const GTestFunc *func = data;

  (*func) ();
  tf_test_assert_idle (NULL);
}

void
tf_test_add (const char *path,
             GTestFunc   func)
{
  g_test_add_data_func_full (path, g_memdup2 (&func, sizeof func), run_test, g_free);
}

/* --- Gates --- */

void
tf_test_gate_init (TfTestGate *gate)
{
  g_mutex_init (&gate->mutex);
  g_cond_init (&gate->cond);
  gate->is_open = FALSE;
}

void
tf_test_gate_clear (TfTestGate *gate)
{
  g_cond_clear (&gate->cond);
  g_mutex_clear (&gate->mutex);
}

static void
gate_set (TfTestGate *gate,
          gboolean    is_open)
{
  g_mutex_lock (&gate->mutex);
  gate->is_open = is_open;
  g_cond_broadcast (&gate->cond);
  g_mutex_unlock (&gate->mutex);
}

void
tf_test_gate_open (TfTestGate *gate)
{
  gate_set (gate, TRUE);
}

void
tf_test_gate_close (TfTestGate *gate)
{
  gate_set (gate, FALSE);
}

void
tf_test_gate_wait (TfTestGate *gate)
{
  gint64 deadline_us = g_get_monotonic_time () + tf_test_timeout_us ();

  g_mutex_lock (&gate->mutex);
  while (!gate->is_open)
    {
      if (!g_cond_wait_until (&gate->cond, &gate->mutex, deadline_us))
        g_error ("a gate was not opened in time");
    }
  g_mutex_unlock (&gate->mutex);
}

gboolean
tf_test_gate_is_open (TfTestGate *gate)
{
  gboolean is_open;

  g_mutex_lock (&gate->mutex);
  is_open = gate->is_open;
  g_mutex_unlock (&gate->mutex);

  return is_open;
}

/* --- Counters --- */

void
tf_test_counter_init (TfTestCounter *counter)
{
  g_mutex_init (&counter->mutex);
  g_cond_init (&counter->cond);
  counter->value = 0;
}

void
tf_test_counter_clear (TfTestCounter *counter)
{
  g_cond_clear (&counter->cond);
  g_mutex_clear (&counter->mutex);
}

gint64
tf_test_counter_add (TfTestCounter *counter,
                     gint64         n)
{
  gint64 value;

  g_mutex_lock (&counter->mutex);
  value = counter->value += n;
  g_cond_broadcast (&counter->cond);
  g_mutex_unlock (&counter->mutex);

  return value;
}

gint64
tf_test_counter_get (TfTestCounter *counter)
{
  return tf_test_counter_add (counter, 0);
}

void
tf_test_counter_wait (TfTestCounter *counter,
                      gint64         at_least)
{
  gint64 deadline_us = g_get_monotonic_time () + tf_test_timeout_us ();

  g_mutex_lock (&counter->mutex);
  while (counter->value < at_least)
    {
      if (!g_cond_wait_until (&counter->cond, &counter->mutex, deadline_us))
        g_error ("a counter did not come to %" G_GINT64_FORMAT " in time, it stands at"
                 " %" G_GINT64_FORMAT,
                 at_least, counter->value);
    }
  g_mutex_unlock (&counter->mutex);
}

/* --- Main contexts --- */

static gboolean
on_time_over_cb (gpointer user_data)
{
  g_error ("%s did not happen in time", *(const char **) user_data);

  return G_SOURCE_REMOVE;
}

static void
run_until (GMainContext   *context,
           TfTestCondition condition,
           gpointer        user_data,
           const char     *what)
{
  g_autoptr (GMainContext) here = context != NULL ? g_main_context_ref (context)
                                                  : g_main_context_ref_thread_default ();
  g_autoptr (GSource)      limit = g_timeout_source_new ((guint) (tf_test_timeout_us () / 1000));

  g_source_set_priority (limit, G_PRIORITY_HIGH);
  g_source_set_callback (limit, on_time_over_cb, &what, NULL);
  g_source_attach (limit, here);

  while (!condition (user_data))
    g_main_context_iteration (here, TRUE);

  g_source_destroy (limit);
}

void
tf_test_run_until (GMainContext   *context,
                   TfTestCondition condition,
                   gpointer        user_data)
{
  run_until (context, condition, user_data, "what a test waits for");
}

static gboolean
future_is_done (gpointer user_data)
{
  return tf_future_is_done (user_data);
}

void
tf_test_wait_done (TfFuture *future)
{
  run_until (NULL, future_is_done, future, "the end of a future");
}

guint
tf_test_drain (GMainContext *context)
{
  gint64 deadline_us = g_get_monotonic_time () + tf_test_timeout_us ();
  guint  n = 0;

  while (g_main_context_iteration (context, FALSE))
    {
      n++;
      if (g_get_monotonic_time () > deadline_us)
        g_error ("a main context always has something to do");
    }

  return n;
}

void
tf_test_assert_idle (GMainContext *context)
{
  g_assert_false (g_main_context_pending (context));
}

void
tf_test_executor_finish (TfExecutor **executor)
{
  g_autoptr (GError) error = NULL;

  tf_executor_shutdown (*executor, tf_test_timeout_us (), &error);
  g_assert_no_error (error);
  g_assert_finalize_object (g_steal_pointer (executor));
}

/* --- States --- */

struct _TfTestStates
{
  TfFuture *future; /* (owned) */
  GString  *text;   /* (owned) */
  gulong    on_state_id;
  gulong    on_done_id;
};

static void
append_word (TfTestStates *states,
             const char   *word)
{
  if (states->text->len > 0)
    g_string_append_c (states->text, ' ');
  g_string_append (states->text, word);
}

static void
append_state (TfTestStates *states)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (TF_TYPE_FUTURE_STATE);
  GEnumValue      *value = g_enum_get_value (class, (int) tf_future_get_state (states->future));
  g_autofree char *word = g_ascii_strup (value->value_nick, -1);

  append_word (states, word);
}

static void
on_state_changed_cb (TfFuture     *future,
                     GParamSpec   *pspec,
                     TfTestStates *states)
{
  append_state (states);
}

static void
on_done_cb (TfFuture     *future,
            TfTestStates *states)
{
  append_word (states, "done");
}

TfTestStates *
tf_test_states_new (TfFuture *future)
{
  TfTestStates *states = g_new0 (TfTestStates, 1);

  states->future = g_object_ref (future);
  states->text = g_string_new (NULL);
  append_state (states);
  states->on_state_id = g_signal_connect (future, "notify::state",
                                          G_CALLBACK (on_state_changed_cb), states);
  states->on_done_id = g_signal_connect (future, "done", G_CALLBACK (on_done_cb), states);

  return states;
}

void
tf_test_states_free (TfTestStates *states)
{
  g_clear_signal_handler (&states->on_state_id, states->future);
  g_clear_signal_handler (&states->on_done_id, states->future);
  g_clear_object (&states->future);
  g_string_free (states->text, TRUE);
  g_free (states);
}

const char *
tf_test_states_get (TfTestStates *states)
{
  return states->text->str;
}

/* --- Log --- */

struct _TfTestLog
{
  GMutex     mutex;
  GPtrArray *messages; /* (element-type utf8) (owned) */
  guint      handler_id;
};

static void
on_log_cb (const char    *domain,
           GLogLevelFlags level,
           const char    *message,
           gpointer       user_data)
{
  TfTestLog *log = user_data;

  g_mutex_lock (&log->mutex);
  g_ptr_array_add (log->messages, g_strdup (message));
  g_mutex_unlock (&log->mutex);
}

static gboolean
is_fatal_cb (const char    *domain,
             GLogLevelFlags level,
             const char    *message,
             gpointer       user_data)
{
  GLogLevelFlags collected = GPOINTER_TO_UINT (user_data);

  return g_strcmp0 (domain, "Tf") != 0 || (level & collected) == 0;
}

TfTestLog *
tf_test_log_new (GLogLevelFlags levels)
{
  TfTestLog     *log = g_new0 (TfTestLog, 1);
  GLogLevelFlags flags = levels | G_LOG_FLAG_FATAL | G_LOG_FLAG_RECURSION;

  g_mutex_init (&log->mutex);
  log->messages = g_ptr_array_new_with_free_func (g_free);
  log->handler_id = g_log_set_handler ("Tf", flags, on_log_cb, log);
  g_test_log_set_fatal_handler (is_fatal_cb, GUINT_TO_POINTER (levels));

  return log;
}

void
tf_test_log_free (TfTestLog *log)
{
  g_test_log_set_fatal_handler (NULL, NULL);
  g_log_remove_handler ("Tf", log->handler_id);
  g_ptr_array_unref (log->messages);
  g_mutex_clear (&log->mutex);
  g_free (log);
}

guint
tf_test_log_count (TfTestLog  *log,
                   const char *pattern)
{
  guint n = 0;

  g_mutex_lock (&log->mutex);
  for (guint i = 0; i < log->messages->len; i++)
    n += g_pattern_match_simple (pattern, log->messages->pdata[i]) ? 1 : 0;
  g_mutex_unlock (&log->mutex);

  return n;
}

char *
tf_test_log_dup_text (TfTestLog *log)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_mutex_lock (&log->mutex);
  for (guint i = 0; i < log->messages->len; i++)
    g_string_append_printf (text, "%s\n", (const char *) log->messages->pdata[i]);
  g_mutex_unlock (&log->mutex);

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* --- Random numbers --- */

GRand *
tf_test_rand_new (void)
{
  guint32 seed = number_from_environment ("TF_TEST_SEED", 0);

  if (seed == 0)
    seed = MAX (1, g_random_int ());
  g_test_message ("TF_TEST_SEED=%u", seed);

  return g_rand_new_with_seed (seed);
}
