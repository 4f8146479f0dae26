// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Worker processes as Vala sees them: the program is its own worker, and tells what to do by text.

private delegate void Check (Tf.Executor executor, Tf.ProcessContext context) throws GLib.Error;

static int64 get_pid () {
  try {
    return new GLib.Credentials ().get_unix_pid ();
  } catch (GLib.Error e) {
    return 0;
  }
}

static void handle (Tf.Task task, string reference) {
  switch (reference) {
    case "vala:square":
      int64 number = task.get_argument ().get_int64 ();
      task.return_int64 (number * number);
      break;
    case "vala:count":
      for (int64 i = 0; i < task.get_argument ().get_int64 (); i++) {
        if (!task.yield_int64 (i) || !task.set_progress (i + 1, task.get_argument ().get_int64 ()))
          return;
      }
      task.return_none ();
      break;
    case "vala:count-for-ever":
      int64 n = 0;
      while (task.yield_int64 (n++));
      break;
    case "vala:fail":
      task.return_error (new GLib.IOError.NOT_FOUND ("not there"));
      break;
    case "vala:die":
      GLib.Process.exit (3);
    case "vala:where":
      task.return_int64 (get_pid ());
      break;
    default:
      task.return_string ("nobody knows “%s”".printf (reference));
      break;
  }
}

static Tf.Future submit (Tf.Executor executor, string reference, int64 number = 0) throws GLib.Error {
  return executor.submit (new Tf.Task.for_reference (reference, new GLib.Variant.int64 (number)));
}

static Tf.Future wait (Tf.Future future) throws GLib.Error {
  assert_true (future.wait (get_wait_limit ()));
  return future;
}

static void with_workers (Check check) {
  try {
    var context = new Tf.ProcessContext (2);
    var executor = new Tf.Executor.for_parallel_context (context);
    check (executor, context);
    assert_true (executor.shutdown ());
    context.close ();
  } catch (GLib.Error e) {
    GLib.error ("%s", e.message);
  }
}

static void test_result () {
  GLib.Test.summary ("A handler gets the reference and the argument of a task, in another process.");

  with_workers ((executor) => {
    assert_true (wait (submit (executor, "vala:square", 7)).get_int64 () == 49);
    assert_true (wait (submit (executor, "vala:where")).get_int64 () != get_pid ());
    assert_cmpstr (wait (submit (executor, "vala:other")).dup_string (), GLib.CompareOperator.EQ,
      "nobody knows “vala:other”");
  });
}

static void test_items () {
  GLib.Test.summary ("Items and progress come back as from a thread.");

  with_workers ((executor) => {
    int64 sum = 0;
    var future = submit (executor, "vala:count", 100);
    future.item.connect ((value) => { sum += (int64) value; });
    wait (future);
    assert_true (sum == 4950);
    assert_true (future.fraction == 1);
  });
}

static void test_cancel () {
  GLib.Test.summary ("A cancel reaches the handler, and its process goes on.");

  with_workers ((executor, context) => {
    context.set_grace (-1, -1);
    var future = submit (executor, "vala:count-for-ever");
    future.item.connect (() => { future.cancel (); });
    wait (future);
    assert_true (future.state == Tf.FutureState.CANCELLED);
    assert_true (context.get_n_workers () == 1);
  });
}

static void test_failures () {
  GLib.Test.summary ("An error is caught by its domain and code, and so is the loss of a process.");

  with_workers ((executor) => {
    assert_true (wait (submit (executor, "vala:fail")).error is GLib.IOError.NOT_FOUND);
    assert_true (wait (submit (executor, "vala:die")).error is Tf.Error.WORKER_LOST);
    assert_true (wait (submit (executor, "vala:square", 2)).get_int64 () == 4);
  });
}

static void test_lambda () {
  GLib.Test.summary ("A lambda that captures is refused at once; one that does not is a function of the program.");

  with_workers ((executor) => {
    int64 number = 7;
    try {
      executor.submit_call ((task) => task.return_int64 (number));
      assert_not_reached ();
    } catch (Tf.Error.NOT_PORTABLE e) {
    }

    var pid = wait (executor.submit_call ((task) => task.return_int64 (get_pid ()))).get_int64 ();
    assert_true (pid > 0 && pid != get_pid ());
  });
}

static int main (string[] args) {
  if (Tf.worker_requested ())
    return Tf.worker_run_with (handle);

  GLib.Test.init (ref args);

  GLib.Test.add_func ("/bindings/vala/processes/handler-gets-reference-and-argument", test_result);
  GLib.Test.add_func ("/bindings/vala/processes/items-and-progress", test_items);
  GLib.Test.add_func ("/bindings/vala/processes/cancel", test_cancel);
  GLib.Test.add_func ("/bindings/vala/processes/failures", test_failures);
  GLib.Test.add_func ("/bindings/vala/processes/lambda-that-captures-is-refused", test_lambda);

  return GLib.Test.run ();
}
