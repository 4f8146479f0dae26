/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "core/tf-text-private.h"
#include "message/tf-outcome-private.h"

#include <tf/tf-error.h>

#include "message/tf-event-private.h"

gboolean
tf__outcome_has_value (const TfOutcome *self)
{
  return G_VALUE_TYPE (&self->value) != G_TYPE_INVALID;
}

TfFailure *
tf__outcome_get_failure (const TfOutcome *self)
{
  return tf__outcome_has_value (self) ? NULL : self->failure;
}

void
tf__outcome_set_value (TfOutcome    *self,
                       const GValue *value)
{
  tf__value_init_copy (&self->value, value);
}

void
tf__outcome_take_pointer (TfOutcome     *self,
                          gpointer       pointer,
                          GDestroyNotify pointer_free)
{
  self->value = (GValue) G_VALUE_INIT;
  g_value_init (&self->value, G_TYPE_POINTER);
  g_value_set_pointer (&self->value, pointer);
  self->value_free = pointer_free;
}

gpointer
tf__outcome_steal_pointer (TfOutcome *self)
{
  gpointer pointer = g_value_get_pointer (&self->value);

  g_value_set_pointer (&self->value, NULL);
  self->value_free = NULL;
  return pointer;
}

void
tf__outcome_take_error (TfOutcome *self,
                        GError    *error)
{
  self->failure = g_new0 (TfFailure, 1);
  self->failure->error = error;
  tf__text_make_valid (&error->message);
}

void
tf__outcome_set_failure (TfOutcome    *self,
                         const char   *type,
                         const char   *text,
                         const char   *traceback,
                         const GValue *payload)
{
  TfFailure *failure = g_new0 (TfFailure, 1);

  failure->error =
    g_error_new (TF_ERROR, TF_ERROR_EXCEPTION, "%s%s%s", type,
                 text == NULL || *text == '\0' ? "" : ": ", text == NULL ? "" : text);
  tf__text_make_valid (&failure->error->message);
  failure->type = tf__text_dup (type);
  failure->text = tf__text_dup (text);
  failure->traceback = tf__text_dup (traceback);
  tf__value_init_copy (&failure->payload, payload);
  self->failure = failure;
}

gboolean
tf__outcome_is_heavy (const TfOutcome *self)
{
  GType type = G_VALUE_TYPE (&self->value);

  if (type == G_TYPE_INVALID)
    return self->failure != NULL && G_VALUE_TYPE (&self->failure->payload) != G_TYPE_INVALID;

  if (type == G_TYPE_POINTER)
    return self->value_free != NULL;

  if (tf__value_is_plain (type))
    return FALSE;

  return G_TYPE_IS_VALUE_TYPE (type) &&
         (g_type_is_a (type, G_TYPE_BOXED) || g_type_is_a (type, G_TYPE_OBJECT) ||
          g_type_is_a (type, G_TYPE_PARAM) || G_TYPE_IS_INTERFACE (type) ||
          !G_TYPE_IS_FUNDAMENTAL (type));
}

static void
free_failure (TfFailure *failure)
{
  g_clear_error (&failure->error);
  g_free (failure->type);
  g_free (failure->text);
  g_free (failure->traceback);
  if (G_VALUE_TYPE (&failure->payload) != G_TYPE_INVALID)
    g_value_unset (&failure->payload);
  g_free (failure);
}

void
tf__outcome_clear (TfOutcome *self)
{
  /* Taken out first: a free function may come back here. */
  TfOutcome outcome = *self;

  *self = (TfOutcome){ 0 };

  if (!tf__outcome_has_value (&outcome))
    {
      g_clear_pointer (&outcome.failure, free_failure);
    }
  else if (G_VALUE_TYPE (&outcome.value) == G_TYPE_POINTER)
    {
      if (outcome.value_free != NULL && g_value_get_pointer (&outcome.value) != NULL)
        outcome.value_free (g_value_get_pointer (&outcome.value));
    }
  else if (!tf__value_is_plain (G_VALUE_TYPE (&outcome.value)))
    {
      g_value_unset (&outcome.value);
    }
}
