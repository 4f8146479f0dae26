// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// How long one wait of a test may take, in microseconds: a test that hangs fails there, and not with the whole program.
public int64 get_wait_limit () {
  int64 seconds = int64.parse (GLib.Environment.get_variable ("TF_TEST_TIMEOUT") ?? "150");

  return seconds * GLib.TimeSpan.SECOND;
}
