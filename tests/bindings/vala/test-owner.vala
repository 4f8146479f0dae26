// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Owners that futures are bound to, and which lambdas keep them alive. docs/vala.md has the rules.

class Page : GLib.Object {
  public static int n_alive;
  public static int n_calls;

  public int limit { get; construct; }

  public Page (int limit) {
    GLib.Object (limit: limit);
    n_alive++;
  }

  ~Page () {
    n_alive--;
  }

  // A lambda of a static method keeps what it captures, and nothing else.
  static Tf.Future submit_endless (Tf.Executor executor, int n) throws GLib.Error {
    return executor.submit_call ((task) => {
      while (!task.is_cancelled ())
        GLib.Thread.yield ();
      task.return_int64 (n);
    });
  }

  static Tf.Future submit_short (Tf.Executor executor, int n) throws GLib.Error {
    return executor.submit_call ((task) => task.return_int64 (n));
  }

  // Handlers that use nothing but this are weak.
  void show (Tf.Future future) {
    future.done.connect (() => n_calls += this.limit);
    future.notify["state"].connect (() => n_calls += this.limit);
    future.bind_owner (this);
  }

  public Tf.Future load (Tf.Executor executor) throws GLib.Error {
    var future = submit_endless (executor, this.limit);

    this.show (future);
    return future;
  }

  public Tf.Future load_short (Tf.Executor executor) throws GLib.Error {
    var future = submit_short (executor, this.limit);

    this.show (future);
    return future;
  }

  // The lambda does not use this, and keeps it all the same.
  public Tf.Future load_and_stay (Tf.Executor executor) throws GLib.Error {
    var future = executor.submit_call ((task) => {
      while (!task.is_cancelled ())
        GLib.Thread.yield ();
      task.return_none ();
    });

    future.bind_owner (this);
    return future;
  }

  // The lambda captures the future, and so does the future: until "done".
  public Tf.Future load_and_capture (Tf.Executor executor) throws GLib.Error {
    var future = submit_short (executor, this.limit);

    future.done.connect (() => {
      if (future.is_done ())
        n_calls += this.limit;
    });
    return future;
  }
}

static void finish (Tf.Executor executor) {
  try {
    assert_true (executor.shutdown ());
  } catch (GLib.Error e) {
    GLib.error ("%s", e.message);
  }
  while (GLib.MainContext.default ().iteration (false));
  assert_cmpint (Page.n_alive, GLib.CompareOperator.EQ, 0);
}

static void test_goes () {
  GLib.Test.summary ("An owner goes at once if the work is a lambda of a static method, and the work is cancelled.");

  var executor = new Tf.Executor ();
  Page.n_calls = 0;
  try {
    for (int i = 0; i < 20; i++) {
      var page = new Page (1);
      var future = page.load (executor);

      page = null;
      assert_cmpint (Page.n_alive, GLib.CompareOperator.EQ, 0);
      future.wait (get_wait_limit ());
      assert_true (future.state == Tf.FutureState.CANCELLED);
    }
  } catch (GLib.Error e) {
    GLib.error ("%s", e.message);
  }
  assert_cmpint (Page.n_calls, GLib.CompareOperator.EQ, 0);
  finish (executor);
}

static void test_unbound () {
  GLib.Test.summary ("An owner may be unbound: the work goes on without it.");

  var executor = new Tf.Executor ();
  try {
    var page = new Page (1);
    var future = page.load_short (executor);

    future.bind_owner (null);
    page = null;
    assert_cmpint (Page.n_alive, GLib.CompareOperator.EQ, 0);
    future.wait ();
    assert_true (future.state == Tf.FutureState.COMPLETED);
  } catch (GLib.Error e) {
    GLib.error ("%s", e.message);
  }
  finish (executor);
}

static void test_is_told () {
  GLib.Test.summary ("An owner that stays is notified, and may go after that.");

  var executor = new Tf.Executor ();
  Page.n_calls = 0;
  try {
    var page = new Page (1);
    var future = page.load_short (executor);

    future.wait (get_wait_limit ());
    assert_cmpint ((int) future.get_int64 (), GLib.CompareOperator.EQ, 1);
    assert_cmpint (Page.n_calls, GLib.CompareOperator.GE, 2);
    page = null;
    assert_cmpint (Page.n_alive, GLib.CompareOperator.EQ, 0);
  } catch (GLib.Error e) {
    GLib.error ("%s", e.message);
  }
  finish (executor);
}

static void test_is_kept () {
  GLib.Test.summary ("A lambda of a method keeps its object until the work has ended.");

  var executor = new Tf.Executor ();
  try {
    var page = new Page (1);
    var future = page.load_and_stay (executor);

    page = null;
    assert_cmpint (Page.n_alive, GLib.CompareOperator.EQ, 1);
    assert_false (future.is_done ());
    future.cancel ();
    future.wait (get_wait_limit ());
    assert_cmpint (Page.n_alive, GLib.CompareOperator.EQ, 0);
  } catch (GLib.Error e) {
    GLib.error ("%s", e.message);
  }
  finish (executor);
}

static void test_capture () {
  GLib.Test.summary ("A handler of done may capture its future: both are freed.");

  var executor = new Tf.Executor ();
  GLib.WeakRef seen;
  Page.n_calls = 0;
  try {
    var future = new Page (1).load_and_capture (executor);

    seen = GLib.WeakRef (future);
    assert_cmpint (Page.n_alive, GLib.CompareOperator.EQ, 1);
    future.wait (get_wait_limit ());
    assert_cmpint (Page.n_calls, GLib.CompareOperator.EQ, 1);
    assert_cmpint (Page.n_alive, GLib.CompareOperator.EQ, 0);
    future = null;
    assert_null (seen.get ());
  } catch (GLib.Error e) {
    GLib.error ("%s", e.message);
  }
  finish (executor);
}

static int main (string[] args) {
  GLib.Test.init (ref args);

  GLib.Test.add_func ("/bindings/vala/owner-goes", test_goes);
  GLib.Test.add_func ("/bindings/vala/owner-is-unbound", test_unbound);
  GLib.Test.add_func ("/bindings/vala/owner-is-told", test_is_told);
  GLib.Test.add_func ("/bindings/vala/owner-is-kept", test_is_kept);
  GLib.Test.add_func ("/bindings/vala/done-may-capture", test_capture);

  return GLib.Test.run ();
}
