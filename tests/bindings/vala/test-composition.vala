// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Promises and what is derived from them, as Vala sees them.

// Ends the iteration of what was begun.
static void check_end (GLib.MainLoop loop, GLib.Error? error) {
  if (error != null)
    GLib.error ("%s", error.message);
  loop.quit ();
}

static async void await_promise () throws GLib.Error {
  var promise = new Tf.Promise ("from a thread");
  var thread = new GLib.Thread<bool> ("resolve", () => promise.resolve_string ("text"));

  assert_true (yield promise.wait_async ());
  assert_true (thread.join ());
  assert_cmpstr (promise.dup_string (), GLib.CompareOperator.EQ, "text");
  assert_false (promise.resolve_none ());
}

static void test_promise () {
  GLib.Test.summary ("A promise is awaited by yield, whoever resolves it.");

  var loop = new GLib.MainLoop ();
  await_promise.begin ((object, result) => {
    GLib.Error? error = null;
    try {
      await_promise.end (result);
    } catch (GLib.Error e) {
      error = e;
    }
    check_end (loop, error);
  });
  loop.run ();
}

static async void await_chain () throws GLib.Error {
  var promise = new Tf.Promise ("beginning");
  int64 factor = 6;
  int n_ensured = 0;
  var end = promise
    .then ((done) => {
      try {
        return new Tf.Future.for_int64 (done.get_int64 () * factor);
      } catch (GLib.Error e) {
        assert_not_reached ();
      }
    })
    .then ((done) => new Tf.Future.for_error (new GLib.IOError.NOT_FOUND ("gone")))
    .then ((done) => null)
    .recover ((done) => {
      assert_true (done.state == Tf.FutureState.FAILED);
      assert_true (done.error is GLib.IOError.NOT_FOUND);
      return new Tf.Future.for_string ("mended");
    })
    .ensure ((done) => {
      n_ensured++;
      return Tf.Future.delay (0);
    });

  promise.resolve_int64 (7);
  assert_true (yield end.wait_async ());
  assert_cmpstr (end.dup_string (), GLib.CompareOperator.EQ, "mended");
  assert_true (n_ensured == 1);
}

static void test_chain () {
  GLib.Test.summary ("Lambdas that capture go on; catch and finally are called recover and ensure.");

  var loop = new GLib.MainLoop ();
  await_chain.begin ((object, result) => {
    GLib.Error? error = null;
    try {
      await_chain.end (result);
    } catch (GLib.Error e) {
      error = e;
    }
    check_end (loop, error);
  });
  loop.run ();
}

static async void await_sets () throws GLib.Error {
  var first = new Tf.Promise ("first");
  var second = new Tf.Promise ("second");
  var all = Tf.Future.all ({ first, second }, Tf.FutureSetFlags.NONE);
  var race = Tf.Future.race ({ first, second }, Tf.FutureSetFlags.NONE);
  var any = Tf.Future.any_skipping ({ first, second }, Tf.FutureSetFlags.NONE, (done, index) => index == 0);
  var late = Tf.Future.race_skipping ({ first, second }, Tf.FutureSetFlags.NONE, (done, index) => index == 0);

  first.resolve_int64 (1);
  second.resolve_int64 (2);
  assert_true (yield all.wait_async ());
  assert_true (yield race.wait_async ());
  assert_true (yield any.wait_async ());
  assert_true (yield late.wait_async ());
  assert_true (late.get_winner () == 1);
  assert_true (all.state == Tf.FutureState.COMPLETED);
  assert_true (all.get_n_items () == 2);
  assert_true (((Tf.Future) all.get_item (1)).get_int64 () == 2);
  assert_true (race.get_winner () == 0);
  assert_true (any.get_int64 () == 2);
}

static void test_sets () {
  GLib.Test.summary ("Sets take arrays, and are list models.");

  var loop = new GLib.MainLoop ();
  await_sets.begin ((object, result) => {
    GLib.Error? error = null;
    try {
      await_sets.end (result);
    } catch (GLib.Error e) {
      error = e;
    }
    check_end (loop, error);
  });
  loop.run ();
}

static async void await_cancel () throws GLib.Error {
  var promise = new Tf.Promise ("cancelled");
  var limited = promise.with_timeout (0, Tf.TimeoutAction.ABORT);
  string? reason = null;

  promise.abort_requested.connect ((error) => {
    reason = error.message;
    return true;
  });
  assert_true (promise.abort_policy == Tf.AbortPolicy.ASK);
  yield limited.wait_async ();
  try {
    limited.get_int64 ();
    assert_not_reached ();
  } catch (GLib.IOError.TIMED_OUT e) {
    assert_cmpstr (e.message, GLib.CompareOperator.EQ, reason);
  }
  yield promise.wait_async ();
  assert_true (promise.state == Tf.FutureState.CANCELLED);
  assert_cmpstr (promise.dup_cancel_origin (), GLib.CompareOperator.EQ, "with timeout");
}

static void test_cancel () {
  GLib.Test.summary ("A handler hears of an abort, and allows it.");

  var loop = new GLib.MainLoop ();
  await_cancel.begin ((object, result) => {
    GLib.Error? error = null;
    try {
      await_cancel.end (result);
    } catch (GLib.Error e) {
      error = e;
    }
    check_end (loop, error);
  });
  loop.run ();
}

static async void execute () throws GLib.Error {
  var good = new Tf.Promise ("good");
  var bad = new Tf.Promise ("bad");

  good.execute ((out value) => {
    value = 7;
    return true;
  });
  bad.execute ((out value) => {
    throw new GLib.IOError.BUSY ("busy");
  });
  yield good.wait_async ();
  yield bad.wait_async ();
  assert_true (good.get_int64 () == 7);
  assert_true (bad.error is GLib.IOError.BUSY);
}

static void test_execute () {
  GLib.Test.summary ("A promise executes a function that may throw.");

  var loop = new GLib.MainLoop ();
  execute.begin ((object, result) => {
    GLib.Error? error = null;
    try {
      execute.end (result);
    } catch (GLib.Error e) {
      error = e;
    }
    check_end (loop, error);
  });
  loop.run ();
}

static int main (string[] args) {
  GLib.Test.init (ref args);

  GLib.Test.add_func ("/bindings/vala/promise-is-awaited", test_promise);
  GLib.Test.add_func ("/bindings/vala/chain-is-awaited", test_chain);
  GLib.Test.add_func ("/bindings/vala/sets-are-awaited", test_sets);
  GLib.Test.add_func ("/bindings/vala/abort-is-asked", test_cancel);
  GLib.Test.add_func ("/bindings/vala/execute-may-throw", test_execute);

  return GLib.Test.run ();
}
