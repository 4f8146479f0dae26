/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-promise-private.h"

/* What any thread may ask a promise. */

TfPromiseMore *
tf__promise_get_more (TfPromise *self)
{
  return tf__load (&tf__promise_get_private (self)->more);
}

TfPromiseMore *
tf__promise_ensure_more (TfPromise *self)
{
  TfPromisePrivate *priv = tf__promise_get_private (self);
  TfPromiseMore    *more = tf__load (&priv->more);
  TfPromiseMore    *none = NULL;

  if (more != NULL)
    return more;

  more = g_new0 (TfPromiseMore, 1);
  more->promise = self;
  if (tf__cas (&priv->more, &none, more))
    return more;

  g_free (more);
  return none;
}

void
tf__promise_free_more (TfPromiseMore *more)
{
  g_free (more->name);
  g_free (more->location);
  g_free (more);
}

void
tf__promise_set_abort_policy (TfPromise    *self,
                              TfAbortPolicy abort_policy)
{
  tf__store (&tf__promise_get_private (self)->completion.abort_policy, (guint8) abort_policy);
}

/**
 * tf_promise_get_abort_policy: (get-property abort-policy)
 * @self: a promise
 *
 * Gets whether the promise can be given up by [method@Future.abort].
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the policy
 *
 * Since: 1.0
 */
TfAbortPolicy
tf_promise_get_abort_policy (TfPromise *self)
{
  g_return_val_if_fail (TF_IS_PROMISE (self), TF_ABORT_POLICY_ASK);

  return tf__load (&tf__promise_get_private (self)->completion.abort_policy);
}

gboolean
tf__promise_may_end (TfPromise *self)
{
  return tf__completion_may_settle (&tf__promise_get_private (self)->completion);
}

gboolean
tf__promise_has_worker (TfPromise *self)
{
  return tf__load (&tf__promise_get_private (self)->completion.has_worker);
}

void
tf__promise_set_has_worker (TfPromise *self)
{
  tf__store (&tf__promise_get_private (self)->completion.has_worker, (guint8) TRUE);
}

/* Only whoever drops the last reference comes here, but the owner context may be about to leave the list of those who
 * listen: so it is looked at there. The news hold the promise meanwhile. */
gboolean
tf__promise_abandon (TfPromise *self)
{
  TfFuture     *future = TF_FUTURE (self);
  TfCompletion *completion = &tf__promise_get_private (self)->completion;

  if (tf__phase_is_done (tf__future_get_phase (future)) || tf__completion_is_settled (completion))
    return FALSE;

  /* The parent, by fork(), of this process rejects its own copy. */
  if (tf__pipe_is_inherited (&completion->work.pipe))
    return FALSE;

  if (!tf__future_is_in_owner (future))
    {
      tf__completion_look (completion);
      return TRUE;
    }

  tf__enter_foreground ();
  return tf__promise_reject_abandoned (self);
}
