// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A task with kinds of messages of its own, and a future of its own with a signal for each.

class FizzBuzz : Tf.Future {
  public int64 number { get; private set; }

  public signal void fizz (int64 number);
  public signal void buzz (int64 number);
  public signal void fizz_buzz (int64 number);

  public override void message (string kind, GLib.Value? value) {
    number = value.get_int64 ();
    if (kind == "fizz")
      fizz (number);
    else if (kind == "buzz")
      buzz (number);
    else if (kind == "fizz-buzz")
      fizz_buzz (number);
  }
}

static FizzBuzz submit (Tf.Executor executor, int64 end) {
  var task = new Tf.Task ((task) => {
    for (int64 i = 1; i <= end; i++) {
      string kind = i % 15 == 0 ? "fizz-buzz" : i % 3 == 0 ? "fizz" : i % 5 == 0 ? "buzz" : "number";
      if (!task.send_int64 (kind, i))
        break;
    }
    task.return_none ();
  });

  task.set_future_type (typeof (FizzBuzz));
  try {
    return (FizzBuzz) executor.submit ((owned) task);
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
}

static void finish (Tf.Executor executor, Tf.Future future) {
  try {
    assert_true (future.wait (get_wait_limit ()));
    assert_true (executor.shutdown ());
  } catch (GLib.Error e) {
    assert_not_reached ();
  }
  while (GLib.MainContext.default ().iteration (false));
}

static void test_counts () {
  GLib.Test.summary ("Each kind becomes its own signal, and the property follows every message.");

  var executor = new Tf.Executor ();
  var text = new GLib.StringBuilder ();
  int64 n = 0;
  var future = submit (executor, 16);
  future.fizz.connect ((number) => text.append ("fizz%d ".printf ((int) number)));
  future.buzz.connect ((number) => text.append ("buzz%d ".printf ((int) number)));
  future.fizz_buzz.connect ((number) => text.append ("fizzbuzz%d ".printf ((int) number)));
  future.notify["number"].connect (() => {
    n++;
    assert_true (future.number == n);
  });
  finish (executor, future);
  assert_true (text.str == "fizz3 buzz5 fizz6 fizz9 buzz10 fizz12 fizzbuzz15 ");
  assert_true (n == 16);
  assert_true (future.state == Tf.FutureState.COMPLETED);
}

static void test_cancel () {
  GLib.Test.summary ("A cancel in the handler of a kind ends the task, and no message comes after it.");

  var executor = new Tf.Executor ();
  var future = submit (executor, int64.MAX);
  future.fizz_buzz.connect (() => assert_true (future.cancel ()));
  finish (executor, future);
  assert_true (future.number == 15);
  assert_true (future.state == Tf.FutureState.CANCELLED);
}

static int main (string[] args) {
  GLib.Test.init (ref args);

  GLib.Test.add_func ("/vala/fizz-buzz/has-a-signal-for-each-kind", test_counts);
  GLib.Test.add_func ("/vala/fizz-buzz/can-be-cancelled-by-a-handler", test_cancel);

  return GLib.Test.run ();
}
