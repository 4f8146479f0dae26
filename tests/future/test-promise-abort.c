/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "composing.h"

/* What a handler of "abort-requested" does, and has seen. */
typedef struct
{
  guint    n_calls;
  gboolean answer;
  char    *reason; /* (owned) */
  void (*act) (TfPromise *promise);
} Handler;

static gboolean
on_abort_requested_cb (TfPromise    *promise,
                       const GError *reason,
                       Handler      *handler)
{
  g_assert_false (tf_future_is_done (TF_FUTURE (promise)));
  handler->n_calls++;
  g_free (handler->reason);
  handler->reason = g_strdup (reason->message);
  if (handler->act != NULL)
    handler->act (promise);

  return handler->answer;
}

static gulong
connect (TfPromise *promise,
         Handler   *handler)
{
  return g_signal_connect (promise, "abort-requested", G_CALLBACK (on_abort_requested_cb),
                           handler);
}

static void
assert_refused (TfPromise *promise,
                TfError    code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (tf_future_abort (TF_FUTURE (promise), "because", &error));
  g_assert_error (error, TF_ERROR, (int) code);
}

static void
assert_aborted (TfPromise *promise)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_future_abort (TF_FUTURE (promise), "because", &error));
  g_assert_no_error (error);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_CANCELLING);
  g_assert_false (tf_promise_resolve_none (promise));
  tf_test_wait_done (TF_FUTURE (promise));
  assert_cancelled (TF_FUTURE (promise), "because");
  assert_origin (TF_FUTURE (promise), NULL);
}

static void
resolve (TfPromise *promise)
{
  g_assert_true (tf_promise_resolve_string (promise, "resolved"));
  tf_test_wait_done (TF_FUTURE (promise));
  tf_test_assert_string (TF_FUTURE (promise), "resolved");
}

static void
test_unset (void)
{
  TfPromise *promise = tf_promise_new ("unset");

  g_test_summary ("Without a handler, and if nothing was set, a promise refuses an abort.");

  g_assert_cmpint (tf_promise_get_abort_policy (promise), ==, TF_ABORT_POLICY_ASK);
  assert_refused (promise, TF_ERROR_NOT_CANCELLABLE);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_EXECUTING);
  resolve (promise);
  finish_promise (&promise);
}

static void
test_handler (void)
{
  TfPromise *promise = tf_promise_new ("with handler");
  Handler    handler = { .answer = TRUE };
  gulong     id = connect (promise, &handler);

  g_test_summary ("A promise with a handler asks it, and the handler is told why; a blocked "
                  "one counts as none.");

  g_signal_handler_block (promise, id);
  assert_refused (promise, TF_ERROR_NOT_CANCELLABLE);
  g_signal_handler_unblock (promise, id);
  assert_aborted (promise);
  g_assert_cmpuint (handler.n_calls, ==, 1);
  g_assert_cmpstr (handler.reason, ==, "because");
  g_free (handler.reason);
  finish_promise (&promise);
}

static void
test_set (void)
{
  TfPromise *promise = tf_promise_new ("set");
  TfPromise *by_property =
    g_object_new (TF_TYPE_PROMISE, "abort-policy", TF_ABORT_POLICY_ALLOW, NULL);

  g_test_summary ("A promise that allows aborts needs no handler.");

  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ALLOW);
  assert_aborted (promise);
  finish_promise (&promise);
  assert_aborted (by_property);
  finish_promise (&by_property);
}

static void
test_false_wins (void)
{
  TfPromise *promise = tf_promise_new ("refuses");
  Handler    handler = { .answer = TRUE };

  g_test_summary ("A promise with the policy to refuse refuses an abort and a cancel, whatever "
                  "is connected.");

  connect (promise, &handler);
  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_REFUSE);
  g_assert_false (tf_future_is_cancellable (TF_FUTURE (promise)));
  assert_refused (promise, TF_ERROR_NOT_CANCELLABLE);
  g_assert_false (tf_future_cancel (TF_FUTURE (promise)));
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_EXECUTING);
  g_assert_cmpuint (handler.n_calls, ==, 0);
  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ASK);
  assert_aborted (promise);
  g_assert_cmpuint (handler.n_calls, ==, 1);
  g_free (handler.reason);
  finish_promise (&promise);
}

static void
on_notify_cb (GObject    *object,
              GParamSpec *pspec,
              GString    *log)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_object_get_property (object, pspec->name, &value);
  g_string_append_printf (log, "%s:%d ", pspec->name,
                          G_VALUE_HOLDS_ENUM (&value) ? g_value_get_enum (&value)
                                                      : g_value_get_boolean (&value));
}

static void
test_notify (void)
{
  TfPromise          *promise = tf_promise_new ("notifies");
  g_autoptr (GString) log = g_string_new (NULL);

  g_test_summary ("A change of the policy is notified, and nothing else.");

  g_signal_connect (promise, "notify::abort-policy", G_CALLBACK (on_notify_cb), log);
  g_signal_connect (promise, "notify::cancellable", G_CALLBACK (on_notify_cb), log);
  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ASK);
  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ALLOW);
  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ALLOW);
  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_REFUSE);
  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ASK);
  g_assert_cmpstr (log->str, ==,
                   "abort-policy:1 abort-policy:2 cancellable:0 abort-policy:0 cancellable:1 ");
  resolve (promise);
  finish_promise (&promise);
}

static void
test_no_policy (void)
{
  TfPromise *promise = tf_promise_new ("no policy");

  g_test_summary ("What is no policy changes nothing.");

  for (int policy = -1; policy <= 3; policy += 4)
    {
      g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*<= TF_ABORT_POLICY_REFUSE*");
      tf_promise_set_abort_policy (promise, (TfAbortPolicy) policy);
      g_test_assert_expected_messages ();
    }
  g_assert_cmpint (tf_promise_get_abort_policy (promise), ==, TF_ABORT_POLICY_ASK);
  resolve (promise);
  finish_promise (&promise);
}

static void
test_veto (void)
{
  TfPromise *promise = tf_promise_new ("veto");
  Handler    handlers[] = { { .answer = TRUE }, { .answer = FALSE }, { .answer = TRUE } };

  g_test_summary ("One handler that refuses is enough; those after it are not asked, and the "
                  "promise goes on.");

  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    connect (promise, &handlers[i]);
  assert_refused (promise, TF_ERROR_NOT_CANCELLABLE);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_EXECUTING);
  g_assert_cmpuint (handlers[0].n_calls, ==, 1);
  g_assert_cmpuint (handlers[1].n_calls, ==, 1);
  g_assert_cmpuint (handlers[2].n_calls, ==, 0);
  handlers[1].answer = TRUE;
  assert_aborted (promise);
  g_assert_cmpuint (handlers[0].n_calls, ==, 2);
  g_assert_cmpuint (handlers[2].n_calls, ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_free (handlers[i].reason);
  finish_promise (&promise);
}

static void
abort_again (TfPromise *promise)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_future_abort (TF_FUTURE (promise), "again", &error));
  g_assert_no_error (error);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_EXECUTING);
}

static void
test_again_inside (void)
{
  TfPromise *promise = tf_promise_new ("again");
  Handler    handler = { .answer = TRUE, .act = abort_again };

  g_test_summary ("An abort inside of a handler is the one that is under way.");

  connect (promise, &handler);
  assert_aborted (promise);
  g_assert_cmpuint (handler.n_calls, ==, 1);
  g_free (handler.reason);
  finish_promise (&promise);
}

static void
resolve_inside (TfPromise *promise)
{
  g_assert_true (tf_promise_resolve_string (promise, "inside"));
}

static void
resolve_and_run (TfPromise *promise)
{
  resolve_inside (promise);
  tf_test_drain (NULL);
  g_assert_true (tf_future_is_done (TF_FUTURE (promise)));
}

static void
check_resolve_inside (void (*act) (TfPromise *promise),
                      gboolean answer)
{
  TfPromise               *promise = tf_promise_new ("resolves");
  g_autoptr (TfTestStates) states = tf_test_states_new (TF_FUTURE (promise));
  Handler                  handler = { .answer = answer, .act = act };

  connect (promise, &handler);
  assert_refused (promise, answer ? TF_ERROR_DONE : TF_ERROR_NOT_CANCELLABLE);
  tf_test_drain (NULL);
  tf_test_assert_states (states, "EXECUTING COMPLETED done");
  tf_test_assert_string (TF_FUTURE (promise), "inside");
  g_free (handler.reason);
  g_clear_pointer (&states, tf_test_states_free);
  finish_promise (&promise);
}

static void
test_resolve_inside (void)
{
  g_test_summary ("A handler may complete the promise instead: then that is how it ended, once.");

  check_resolve_inside (resolve_inside, TRUE);
  check_resolve_inside (resolve_inside, FALSE);
  check_resolve_inside (resolve_and_run, TRUE);
}

static void
test_done (void)
{
  TfPromise *promise = tf_promise_new ("done");

  g_test_summary ("What is resolved cannot be given up any more, told or not.");

  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ALLOW);
  g_assert_true (tf_promise_resolve_string (promise, "resolved"));
  assert_refused (promise, TF_ERROR_DONE);
  tf_test_wait_done (TF_FUTURE (promise));
  assert_refused (promise, TF_ERROR_DONE);
  tf_test_assert_string (TF_FUTURE (promise), "resolved");
  finish_promise (&promise);
}

static void
test_twice (void)
{
  TfPromise *promise = tf_promise_new ("twice");

  g_test_summary ("A promise is given up once; one that was cancelled can be given up still.");

  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ALLOW);
  tf_promise_get_gcancellable (promise);
  g_assert_true (tf_future_cancel (TF_FUTURE (promise)));
  g_assert_true (tf_future_abort (TF_FUTURE (promise), "first", NULL));
  assert_refused (promise, TF_ERROR_DONE);
  tf_test_wait_done (TF_FUTURE (promise));
  assert_cancelled (TF_FUTURE (promise), "first");
  assert_refused (promise, TF_ERROR_DONE);
  finish_promise (&promise);
}

static void
test_with_error (void)
{
  TfPromise         *promise = tf_promise_new ("with error");
  GError            *reason = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "too busy");
  g_autoptr (GError) error = NULL;

  g_test_summary ("The reason may be of any kind; the state is that of a cancel.");

  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ALLOW);
  g_assert_true (tf_future_abort_with_error (TF_FUTURE (promise), reason, NULL));
  tf_test_wait_done (TF_FUTURE (promise));
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_CANCELLED);
  error = tf_future_dup_error (TF_FUTURE (promise));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  finish_promise (&promise);
}

static void
test_late_resolve (void)
{
  TfPromise          *promise = tf_promise_new ("late");
  GThread            *gone_in = NULL;
  g_autoptr (GObject) object = object_new (&gone_in);

  g_test_summary ("What comes after an abort is refused, without a word.");

  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ALLOW);
  assert_aborted (promise);
  g_assert_false (tf_promise_resolve_object (promise, object));
  g_assert_false (tf_promise_reject (promise, an_error ()));
  g_assert_cmpuint (object->ref_count, ==, 1);
  tf_test_assert_idle (NULL);
  finish_promise (&promise);
}

static gboolean
on_abort_drop_cb (TfPromise    *promise,
                  const GError *reason,
                  TfPromise   **held)
{
  g_clear_object (held);
  return TRUE;
}

static void
test_handler_drops (void)
{
  TfPromise *promise = tf_promise_new ("dropped");
  TfFuture  *shield = tf_future_shield (TF_FUTURE (promise));

  g_test_summary ("A handler may drop the last reference.");

  g_signal_connect (promise, "abort-requested", G_CALLBACK (on_abort_drop_cb), &promise);
  g_assert_true (tf_future_abort (TF_FUTURE (promise), "because", NULL));
  g_assert_null (promise);
  tf_test_wait_done (shield);
  assert_cancelled (shield, "because");
  finish (&shield);
}

/* A class of one's own */

typedef struct
{
  TfPromise parent_instance;
  guint     n_asked;
} OwnPromise;
typedef TfPromiseClass OwnPromiseClass;

static GType own_promise_get_type (void);
G_DEFINE_TYPE (OwnPromise, own_promise, TF_TYPE_PROMISE)

static gboolean
own_promise_abort_requested (TfPromise    *promise,
                             const GError *reason)
{
  ((OwnPromise *) promise)->n_asked++;
  return TRUE;
}

static void
own_promise_class_init (OwnPromiseClass *klass)
{
  klass->abort_requested = own_promise_abort_requested;
}

static void
own_promise_init (OwnPromise *self)
{
}

static void
test_subclass (void)
{
  TfPromise *promise = g_object_new (own_promise_get_type (), NULL);

  g_test_summary ("The class of a promise may have the handler.");

  assert_aborted (promise);
  g_assert_cmpuint (((OwnPromise *) promise)->n_asked, ==, 1);
  finish_promise (&promise);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/promise/abort/is-refused-where-nothing-was-said", test_unset);
  tf_test_add ("/promise/abort/asks-the-handler", test_handler);
  tf_test_add ("/promise/abort/may-be-allowed-without-a-handler", test_set);
  tf_test_add ("/promise/abort/may-be-refused-whatever-is-connected", test_false_wins);
  tf_test_add ("/promise/abort/notifies-of-changes", test_notify);
  tf_test_add ("/promise/abort/has-one-of-three-policies", test_no_policy);
  tf_test_add ("/promise/abort/is-refused-by-one-handler", test_veto);
  tf_test_add ("/promise/abort/may-be-repeated-in-a-handler", test_again_inside);
  tf_test_add ("/promise/abort/loses-to-a-handler-that-completes", test_resolve_inside);
  tf_test_add ("/promise/abort/comes-too-late-for-what-is-resolved", test_done);
  tf_test_add ("/promise/abort/takes-effect-once", test_twice);
  tf_test_add ("/promise/abort/has-a-reason-of-any-kind", test_with_error);
  tf_test_add ("/promise/abort/refuses-what-comes-after", test_late_resolve);
  tf_test_add ("/promise/abort/lets-handlers-drop-references", test_handler_drops);
  tf_test_add ("/promise/abort/asks-the-class", test_subclass);

  return g_test_run ();
}
