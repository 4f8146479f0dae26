/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: why */
static void
live (TfTestFixture *fixture)
{
  TfTaskFunc funcs[] = { frame_seven, frame_fail, frame_endless };

  for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
    {
      TfFuture *future = frame_submit (fixture, funcs[i], NULL);

      if (i == 2)
        tf_future_cancel (future);
      tf_test_wait_done (future);
      {
#include BLOCK
      } g_object_unref (future);
    }
}
