// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The library as Vala sees it through tf-1.vapi.

static void finish (Tf.Executor executor) {
  try {
    assert_true (executor.shutdown ());
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
  assert_true (executor.state == Tf.ExecutorState.STOPPED);
  while (GLib.MainContext.default ().iteration (false));
}

static void wait (Tf.Future future) {
  try {
    assert_true (future.wait (get_wait_limit ()));
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
}

static Tf.Future submit (Tf.Executor executor, owned Tf.TaskFunc func) {
  try {
    return executor.submit_call ((owned) func);
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
}

static void test_lambda () {
  GLib.Test.summary ("A lambda that captures runs in another thread, and its result comes back.");

  var executor = new Tf.Executor ();
  unowned GLib.Thread<void*> here = GLib.Thread.self<void*> ();
  int64 factor = 6;
  bool is_elsewhere = false;
  var future = submit (executor, (task) => {
    is_elsewhere = GLib.Thread.self<void*> () != here;
    task.return_int64 (factor * 7);
  });

  wait (future);
  assert_true (is_elsewhere);
  assert_true (future.state == Tf.FutureState.COMPLETED);
  try {
    assert_true (future.get_int64 () == 42);
    GLib.Value? value = future.dup_value ();
    assert_true (value.holds (typeof (int64)));
    assert_true (value.get_int64 () == 42);
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
  assert_true (future.value.get_int64 () == 42);
  assert_true (future.error == null);
  finish (executor);
}

static void test_signals () {
  GLib.Test.summary ("All signals can be connected, also done, which has a property of the same name.");

  var executor = new Tf.Executor ();
  var text = new GLib.StringBuilder ();
  var future = submit (executor, (task) => {
    task.report_int64 (1);
    task.yield_string ("two");
    task.send_double ("kind", 3.5);
    GLib.Value value = "four";
    task.report_value (value);
    task.report_value (null);
    task.set_progress (1, 2, "half");
    task.return_none ();
  });
  future.progress.connect ((value) => {
    if (value == null)
      text.append ("progress ");
    else if (value.holds (typeof (string)))
      text.append ("progress:%s ".printf ((string) value));
    else
      text.append ("progress:%s ".printf (((int64) value).to_string ()));
  });
  future.item.connect ((value) => text.append ("item:%s ".printf ((string) value)));
  future.message.connect ((kind, value) => text.append ("%s:%.1f ".printf (kind, (double) value)));
  future.message["kind"].connect ((kind, value) => text.append ("detail "));
  future.notify["state"].connect (() => text.append ("state:%d ".printf (future.state)));
  future.done.connect (() => text.append ("done"));

  wait (future);
  assert_cmpstr (text.str, GLib.CompareOperator.EQ,
                 "state:1 progress:1 item:two kind:3.5 detail progress:four progress state:16 done");
  assert_true (future.fraction == 1);
  assert_true (future.completed_steps == 1);
  assert_cmpstr (future.status, GLib.CompareOperator.EQ, "half");
  finish (executor);
}

static async void use_yield (GLib.MainLoop loop) {
  var executor = new Tf.Executor ();

  try {
    var future = submit (executor, (task) => task.return_string ("text"));
    assert_true (yield future.wait_async ());
    assert_cmpstr (future.dup_string (), GLib.CompareOperator.EQ, "text");

    var task = new Tf.Task ((task) => task.return_boolean (true));
    task.set_name ("asynchronous");
    GLib.Value value;
    assert_true (yield executor.submit_async ((owned) task, null, out value));
    assert_true (value.get_boolean ());
  } catch (GLib.Error e) {
    assert_not_reached ();
  }

  try {
    var task = new Tf.Task ((task) => task.return_error (new GLib.IOError.NOT_FOUND ("gone")));
    GLib.Value value;
    yield executor.submit_async ((owned) task, null, out value);
    assert_not_reached ();
  } catch (GLib.IOError.NOT_FOUND e) {
    assert_cmpstr (e.message, GLib.CompareOperator.EQ, "gone");
  } catch (GLib.Error e) {
    assert_not_reached ();
  }

  // Inside the callback of the last future: the executor is STOPPED after that, and must not be dropped before.
  try {
    assert_true (executor.shutdown ());
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
  assert_true (executor.state == Tf.ExecutorState.STOPPING);
  GLib.SourceFunc resume = use_yield.callback;
  ulong id = executor.notify["stopped"].connect (() => resume ());
  yield;
  assert_true (executor.state == Tf.ExecutorState.STOPPED);
  executor.disconnect (id);
  loop.quit ();
}

static void test_errors () {
  GLib.Test.summary ("Errors are caught by domain and code.");

  var executor = new Tf.Executor ();
  var future = submit (executor, (task) => task.return_failure ("Odd", "text", null, null));

  try {
    future.get_int64 ();
    assert_not_reached ();
  } catch (Tf.Error.PENDING e) {
    assert_true (e is Tf.Error);
  } catch (GLib.Error e) {
    assert_not_reached ();
  }

  wait (future);
  try {
    future.get_int64 ();
    assert_not_reached ();
  } catch (Tf.Error e) {
    assert_true (e is Tf.Error.EXCEPTION);
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
  assert_cmpstr (future.get_failure_type (), GLib.CompareOperator.EQ, "Odd");
  assert_true (future.error is Tf.Error.EXCEPTION);
  assert_true (future.dup_failure_payload () == null);

  finish (executor);
  try {
    executor.submit_call ((task) => task.return_none ());
    assert_not_reached ();
  } catch (Tf.Error.NOT_RUNNING e) {
    assert_true (e.message.length > 0);
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
}

static void test_cancel () {
  GLib.Test.summary ("Cancelling and giving up, with the defaults of the metadata.");

  var executor = new Tf.Executor () { max_workers = 1 };
  var future = submit (executor, (task) => {
    var mutex = GLib.Mutex ();
    var cond = GLib.Cond ();
    var id = task.get_cancellable ().connect (() => {
      mutex.lock ();
      cond.signal ();
      mutex.unlock ();
    });
    mutex.lock ();
    while (!task.is_cancelled ())
      cond.wait (mutex);
    mutex.unlock ();
    task.get_cancellable ().disconnect (id);
    task.return_error_if_cancelled ();
  });
  var queued = submit (executor, (task) => task.return_none ());

  assert_true (executor.get_n_items () == 2);
  assert_true (future.is_cancellable ());
  try {
    assert_true (queued.abort ());
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
  assert_true (future.cancel ());
  assert_false (future.cancel ());
  wait (queued);
  wait (future);
  assert_true (future.state == Tf.FutureState.CANCELLED);
  try {
    future.dup_value ();
    assert_not_reached ();
  } catch (GLib.IOError.CANCELLED e) {
    assert_true (e.message.length > 0);
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
  finish (executor);
}

static void test_queued () {
  GLib.Test.summary ("What waits is moved or taken back, and a cancel ends a pause.");

  var executor = new Tf.Executor () { max_workers = 1 };
  var future = submit (executor, (task) => {
    task.report_int64 (0);
    task.return_boolean (task.pause (int64.MAX));
  });
  future.progress.connect (() => future.cancel ());
  var queued = submit (executor, (task) => task.return_none ());

  assert_true (queued.set_priority (-1));
  assert_true (queued.cancel_if_waiting ());
  wait (queued);
  assert_true (queued.state == Tf.FutureState.CANCELLED);
  wait (future);
  assert_true (future.state == Tf.FutureState.CANCELLED);
  assert_false (future.set_priority (0));
  finish (executor);
}

static void test_callback () {
  GLib.Test.summary ("A callback may capture, and is called once.");

  var executor = new Tf.Executor ();
  int n_calls = 0;
  var task = new Tf.Task ((task) => task.return_none ());
  task.set_callback ((future) => n_calls++);
  try {
    wait (executor.submit ((owned) task));
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
  assert_true (n_calls == 1);
  finish (executor);
}

static void test_forgets () {
  GLib.Test.summary ("A lambda that sets no result completes without one, as in C: it cannot have failed unseen.");

  var executor = new Tf.Executor ();
  var future = submit (executor, (task) => {});
  wait (future);
  assert_true (future.state == Tf.FutureState.COMPLETED);
  assert_true (future.value == null);
  finish (executor);
}

class Own : Tf.Future {
  public int n_messages = 0;
  public int n_done = 0;

  public override void message (string kind, GLib.Value? value) {
    base.message (kind, value);
    n_messages++;
  }

  public override void done () {
    base.done ();
    n_done++;
  }
}

static void test_subclass () {
  GLib.Test.summary ("A class of future of one's own handles its messages, and may chain up.");

  var executor = new Tf.Executor ();
  var task = new Tf.Task ((task) => {
    task.send_int64 ("kind", 1);
    task.return_none ();
  });
  task.set_future_type (typeof (Own));
  try {
    var future = executor.submit ((owned) task) as Own;
    assert_nonnull (future);
    wait (future);
    assert_true (future.n_messages == 1);
    assert_true (future.n_done == 1);
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
  finish (executor);
}

static void test_limits () {
  GLib.Test.summary ("Limits are microseconds; what is left out is no limit.");

  int64 begin = GLib.get_monotonic_time ();
  var flag = new Tf.CancelFlag ();
  var router = new Tf.ThreadRouter (null);
  var slow = Tf.Future.delay (1000 * GLib.TimeSpan.SECOND);
  try {
    assert_false (flag.wait (5 * GLib.TimeSpan.MILLISECOND));
    assert_true (GLib.get_monotonic_time () - begin >= 5 * GLib.TimeSpan.MILLISECOND);
    flag.set ();
    assert_true (flag.wait ());
    assert_true (new Tf.WorkerPool (1).shutdown ());
    assert_true (router.start ());
    assert_true (router.route_until (-1, () => true));
    assert_true (router.stop ());
    assert_true (Tf.Future.delay (0).wait ());
  } catch (GLib.Error e) {
    assert_not_reached ();
  }

  try {
    var late = slow.with_deadline (begin);
    wait (late);
    late.get_int64 ();
    assert_not_reached ();
  } catch (GLib.Error e) {
    assert_error (e, GLib.IOError.quark (), GLib.IOError.TIMED_OUT);
  }
  slow.cancel ();
  wait (slow);
}

static void test_yield () {
  GLib.Test.summary ("Futures and tasks can be waited for with yield.");

  var loop = new GLib.MainLoop ();
  use_yield.begin (loop);
  loop.run ();
}

static int main (string[] args) {
  GLib.Test.init (ref args);

  GLib.Test.add_func ("/bindings/vala/lambda-runs-in-another-thread", test_lambda);
  GLib.Test.add_func ("/bindings/vala/signals-can-be-connected", test_signals);
  GLib.Test.add_func ("/bindings/vala/errors-are-caught-by-code", test_errors);
  GLib.Test.add_func ("/bindings/vala/cancel-and-abort", test_cancel);
  GLib.Test.add_func ("/bindings/vala/queued", test_queued);
  GLib.Test.add_func ("/bindings/vala/callback-may-capture", test_callback);
  GLib.Test.add_func ("/bindings/vala/forgotten-result-is-none", test_forgets);
  GLib.Test.add_func ("/bindings/vala/yield-waits", test_yield);
  GLib.Test.add_func ("/bindings/vala/limits-are-microseconds", test_limits);
  GLib.Test.add_func ("/bindings/vala/class-of-future-handles-messages", test_subclass);

  return GLib.Test.run ();
}
