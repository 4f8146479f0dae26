// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Promises and composed futures as Vala sees them.

static void settle () {
  while (GLib.MainContext.default ().iteration (false));
}

static void wait (Tf.Future future) {
  try {
    assert_true (future.wait (get_wait_limit ()));
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
}

static void test_resolve () {
  GLib.Test.summary ("A promise is resolved with values of many types, and the first outcome wins.");

  try {
    var number = new Tf.Promise ();
    assert_true (number.resolve_int64 (42));
    assert_false (number.resolve_int64 (43));
    wait (number);
    assert_true (number.get_int64 () == 42);

    var text = new Tf.Promise ("text");
    assert_true (text.resolve_value ("value"));
    wait (text);
    assert_cmpstr (text.dup_string (), GLib.CompareOperator.EQ, "value");
    assert_cmpstr (text.get_name (), GLib.CompareOperator.EQ, "text");

    var variant = new Tf.Promise ();
    assert_true (variant.resolve_variant (new GLib.Variant ("(si)", "a", 1)));
    wait (variant);
    assert_cmpstr (variant.dup_variant ().print (false), GLib.CompareOperator.EQ, "('a', 1)");

    var object = new Tf.Promise ();
    assert_true (object.resolve_object (new GLib.Cancellable ()));
    wait (object);
    assert_true (object.dup_object () is GLib.Cancellable);

    var none = new Tf.Promise ();
    assert_true (none.resolve_none ());
    wait (none);
    assert_true (none.dup_value () == null);
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
}

static void test_reject () {
  GLib.Test.summary ("The error of a promise is caught by its domain and code.");

  var promise = new Tf.Promise ();
  assert_true (promise.reject (new GLib.IOError.NOT_FOUND ("gone")));
  wait (promise);
  try {
    promise.get_int64 ();
    assert_not_reached ();
  } catch (GLib.IOError.NOT_FOUND e) {
    assert_cmpstr (e.message, GLib.CompareOperator.EQ, "gone");
  } catch (GLib.Error e) {
    assert_not_reached ();
  }

  var failed = new Tf.Promise ();
  assert_true (failed.reject_failure ("Odd", "text"));
  wait (failed);
  try {
    failed.get_int64 ();
    assert_not_reached ();
  } catch (Tf.Error e) {
    assert_true (e is Tf.Error.EXCEPTION);
    assert_cmpstr (failed.get_failure_type (), GLib.CompareOperator.EQ, "Odd");
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
}

static void test_execute () {
  GLib.Test.summary ("A lambda decides a promise, by a value or by an error.");

  int64 factor = 6;
  var good = new Tf.Promise ();
  assert_true (good.execute ((out value) => {
    value = factor * 7;
    return true;
  }));
  wait (good);
  var bad = new Tf.Promise ();
  assert_true (bad.execute ((out value) => {
    throw new GLib.IOError.BUSY ("busy");
  }));
  wait (bad);
  try {
    assert_true (good.get_int64 () == 42);
    bad.get_int64 ();
    assert_not_reached ();
  } catch (GLib.IOError.BUSY e) {
    assert_cmpstr (e.message, GLib.CompareOperator.EQ, "busy");
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
}

static void test_then () {
  GLib.Test.summary ("Functions that go on may capture, and what they captured is freed.");

  var captured = new GLib.Cancellable ();
  int n_calls = 0;
  var promise = new Tf.Promise ();
  var future = promise.then ((done) => {
    captured.cancel ();
    n_calls++;
    try {
      return new Tf.Future.for_int64 (done.get_int64 () * 2);
    } catch (GLib.Error e) {
      return new Tf.Future.for_error (e);
    }
  }).then ((done) => {
    n_calls++;
    return new Tf.Future.for_error (new GLib.IOError.FAILED ("half way"));
  }).recover ((done) => {
    n_calls++;
    assert_true (done.error is GLib.IOError.FAILED);
    return new Tf.Future.for_string ("mended");
  }).ensure ((done) => {
    n_calls++;
    assert_true (done.state == Tf.FutureState.COMPLETED);
    return null;
  });
  promise.resolve_int64 (21);
  wait (future);
  assert_true (n_calls == 4);
  assert_true (captured.is_cancelled ());
  try {
    assert_cmpstr (future.dup_string (), GLib.CompareOperator.EQ, "mended");
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
}

static void test_sets () {
  GLib.Test.summary ("Sets take an array of futures.");

  var first = new Tf.Promise ("first");
  var second = new Tf.Promise ("second");
  var all = Tf.Future.all ({ first, second, new Tf.Future.for_int64 (3) });
  var any = Tf.Future.any ({ first, second });
  var filtered = Tf.Future.any_skipping ({ first, second }, Tf.FutureSetFlags.NONE, (future, index) => index == 1);
  var race = Tf.Future.race ({ first, second }, Tf.FutureSetFlags.CANCEL_REST);
  assert_true (all.get_n_futures () == 3);
  assert_true (all.get_n_items () == 3);
  assert_true (all.get_future (1) == second);
  second.resolve_int64 (2);
  wait (race);
  assert_true (race.get_winner () == 1);
  first.resolve_int64 (1);
  wait (all);
  wait (filtered);
  try {
    assert_true (any.get_int64 () == 2);
    assert_true (filtered.get_int64 () == 1);
    assert_true (all.get_future (2).get_int64 () == 3);
  } catch (GLib.Error e) {
    assert_not_reached ();
  }

  var empty = Tf.Future.any ({});
  wait (empty);
  assert_true (empty.error is Tf.Error.EMPTY);
}

static void test_limits () {
  GLib.Test.summary ("Timeouts, attempts and shields.");

  var promise = new Tf.Promise ();
  var limited = promise.with_timeout (0);
  wait (limited);
  assert_true (limited.error is GLib.IOError.TIMED_OUT);
  assert_true (promise.state == Tf.FutureState.EXECUTING);
  assert_false (promise.shield ().cancel ());

  int n_attempts = 0;
  var retried = Tf.Future.retry (3, 0, 0, (attempt, last) => {
    n_attempts++;
    assert_true ((attempt == 1) == (last == null));
    return attempt < 3 ? new Tf.Future.for_error (new GLib.IOError.BUSY ("again")) : new Tf.Future.for_int64 (attempt);
  });
  wait (retried);
  try {
    assert_true (retried.get_int64 () == 3);
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
  assert_true (n_attempts == 3);
  promise.resolve_none ();
  settle ();
}

static void test_abort () {
  GLib.Test.summary ("A handler of abort-requested may refuse.");

  var promise = new Tf.Promise ();
  bool is_refused = true;
  assert_true (promise.abort_policy == Tf.AbortPolicy.ASK);
  promise.abort_requested.connect ((reason) => !is_refused && reason is GLib.IOError.CANCELLED);
  promise.abort_requested.connect ((reason) => true);
  promise.abort_policy = Tf.AbortPolicy.ALLOW;
  try {
    promise.abort ();
    assert_not_reached ();
  } catch (Tf.Error.NOT_CANCELLABLE e) {
    assert_true (promise.state == Tf.FutureState.EXECUTING);
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
  is_refused = false;
  try {
    assert_true (promise.abort ("enough"));
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
  wait (promise);
  assert_cmpstr (promise.error.message, GLib.CompareOperator.EQ, "enough");
}

static async void read_all (GLib.MainLoop loop) {
  var executor = new Tf.Executor ();
  var promise = new Tf.Promise ("number");
  bool is_done = false;
  promise.done.connect (() => is_done = true);
  GLib.Idle.add (() => {
    promise.resolve_int64 (20);
    return GLib.Source.REMOVE;
  });

  try {
    assert_true (yield promise.wait_async ());
    assert_true (is_done);
    int64 number = promise.get_int64 ();

    // The lambda runs in another thread, with what it captured.
    var square = executor.submit_then (promise, (task, done) => {
      try {
        task.return_int64 (done.get_int64 () * number);
      } catch (GLib.Error e) {
        task.return_error (e);
      }
    });
    yield square.wait_async ();
    assert_true (square.get_int64 () == 400);

    var map = executor.map (10, 3, Tf.FutureSetFlags.NONE, (index) => new Tf.Task ((task) => task.return_int64 (index * number)));
    yield map.wait_async ();
    for (int i = 0; i < 10; i++)
      assert_true (map.get_future (i).get_int64 () == i * 20);

    var set = Tf.Future.all ({ Tf.Future.delay (0), square, map, new Tf.Future.for_string ("text") });
    yield set.wait_async ();
    assert_true (set.state == Tf.FutureState.COMPLETED);
  } catch (GLib.Error e) {
    assert_not_reached ();
  }

  var failed = promise.then ((done) => new Tf.Future.for_error (new GLib.IOError.NOT_FOUND ("gone")));
  try {
    yield failed.wait_async ();
    failed.get_int64 ();
    assert_not_reached ();
  } catch (GLib.IOError e) {
    assert_true (e is GLib.IOError.NOT_FOUND);
  } catch (GLib.Error e) {
    assert_not_reached ();
  }

  var delay = Tf.Future.delay (GLib.TimeSpan.HOUR);
  assert_true (delay.cancel ());
  try {
    yield delay.wait_async ();
    delay.dup_value ();
    assert_not_reached ();
  } catch (GLib.IOError.CANCELLED e) {
    assert_true (delay.state == Tf.FutureState.CANCELLED);
  } catch (GLib.Error e) {
    assert_not_reached ();
  }

  try {
    assert_true (executor.shutdown ());
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
  loop.quit ();
}

static void test_yield () {
  GLib.Test.summary ("A coroutine waits for promises, tasks that go on, sets and delays, and catches what they failed with.");

  var loop = new GLib.MainLoop ();
  read_all.begin (loop);
  loop.run ();
}

static void test_coroutine () {
  GLib.Test.summary ("A coroutine gives its result to a promise.");

  var promise = new Tf.Promise ("coroutine");
  fill.begin (promise);
  assert_true (promise.state == Tf.FutureState.EXECUTING);
  wait (promise);
  assert_true (promise.fraction == 1);
  try {
    assert_cmpstr (promise.dup_string (), GLib.CompareOperator.EQ, "filled");
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
}

static async void fill (Tf.Promise promise) {
  promise.set_progress (1, 2);
  try {
    yield Tf.Future.delay (0).wait_async (promise.get_gcancellable ());
    promise.resolve_string ("filled");
  } catch (GLib.Error e) {
    promise.reject (e);
  }
}

class Window : GLib.Object, Tf.Awaitable {
  public Tf.Promise closed = new Tf.Promise ("closed");

  public signal void closing (int64 number);

  public Tf.Future to_future () {
    return closed;
  }
}

static void test_sources () {
  GLib.Test.summary ("Signals, cancellables and objects that are awaitable have futures.");

  try {
    var window = new Window ();
    var signalled = Tf.Future.from_signal (window, "closing");
    window.closing (7);
    wait (signalled);
    assert_true (signalled.get_int64 () == 7);

    var store = new GLib.ListStore (typeof (Window));
    var changed = Tf.Future.from_signal (store, "items-changed");
    store.append (window);
    wait (changed);
    GLib.Value value;
    assert_true (changed.get_value (out value));
    unowned Tf.Values values = (Tf.Values) value.get_boxed ();
    assert_cmpuint (values.get_n (), GLib.CompareOperator.EQ, 3);
    assert_cmpuint (values.get (2).get_uint (), GLib.CompareOperator.EQ, 1);

    var closed = Tf.Future.from_object (window);
    assert_true (closed == window.closed);
    window.closed.resolve_none ();
    wait (closed);

    var cancellable = new GLib.Cancellable ();
    var cancelled = Tf.Future.from_cancellable (cancellable);
    cancellable.cancel ();
    wait (cancelled);
    assert_true (cancelled.is_done ());
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
}

static void test_abandoned () {
  GLib.Test.summary ("A promise that nobody can complete any more fails for those who listen.");

  var promise = new Tf.Promise ("lost");
  var future = promise.then ((done) => null);
  promise = null;
  wait (future);
  assert_true (future.error is Tf.Error.ABANDONED);
}

static int main (string[] args) {
  GLib.Test.init (ref args);

  GLib.Test.add_func ("/bindings/vala/promise/is-resolved", test_resolve);
  GLib.Test.add_func ("/bindings/vala/promise/error-is-caught-by-code", test_reject);
  GLib.Test.add_func ("/bindings/vala/promise/lambda-decides", test_execute);
  GLib.Test.add_func ("/bindings/vala/promise/goes-on-with-captures", test_then);
  GLib.Test.add_func ("/bindings/vala/promise/sets-take-arrays", test_sets);
  GLib.Test.add_func ("/bindings/vala/promise/limits", test_limits);
  GLib.Test.add_func ("/bindings/vala/promise/handler-may-refuse-abort", test_abort);
  GLib.Test.add_func ("/bindings/vala/promise/yield-waits", test_yield);
  GLib.Test.add_func ("/bindings/vala/promise/coroutine-fills", test_coroutine);
  GLib.Test.add_func ("/bindings/vala/promise/sources", test_sources);
  GLib.Test.add_func ("/bindings/vala/promise/abandoned", test_abandoned);

  return GLib.Test.run ();
}
