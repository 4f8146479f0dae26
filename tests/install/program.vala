// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A program of somebody else: it knows the installed vapi.

int main () {
  int64 n = 7;

  try {
    var executor = new Tf.Executor ();
    var future = executor.submit_call ((task) => task.return_int64 (n * n));
    future.wait ();
    print ("%s\n", future.get_int64 ().to_string ());
    executor.shutdown ();
  } catch (Error e) {
    printerr ("%s\n", e.message);
    return 1;
  }

  return 0;
}
