/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "process/tf-wire-private.h"

#include <string.h>

/* The check of serialised variants: one pass over the bytes, whose time grows with their number and with nothing else,
 * whatever they say. GLib's own check of normal form cannot be stopped, and looks neither for handles nor for depth;
 * and a variant that is not marked as trusted looks for the beginning of each child from the first one on.
 *
 * A variant that passes here is in normal form, so GLib may read it as trusted. */

/* Number of steps between two questions whether the result is still wanted. A power of two. */
#define STOP_STEPS 4096

static const char not_normal[] = "it is not in normal form";
static const char too_deep[] = "it is nested too deeply";
static const char has_handles[] = "it has handles";
static const char no_type[] = "its type is none";
static const char type_too_long[] = "its type is too long";
static const char stopped[] = "nobody wants it any more";

/* A type, taken apart: the node of a container comes first, those of its elements follow. */
typedef struct
{
  char     kind;       /* the first letter of the type */
  guint8   alignment;  /* a mask: 0, 1, 3 or 7 */
  gboolean is_any;     /* any bytes of the right size are in normal form */
  guint    n_nodes;    /* of this type, with those of the elements */
  gsize    fixed_size; /* 0 if values differ in size */
} Node;

typedef struct
{
  GArray           *nodes; /* (owned) of Node: the types on the way to the place that is being checked */
  const TfWireStop *stop;  /* (nullable) */
  guint             n_steps;
} Check;

typedef struct
{
  const guint8 *data;
  gsize         size;
} Part;

static const char *check_part (Check *self,
                               guint  index,
                               Part   part,
                               guint  max_depth);

static const Node *
get_node (Check *self,
          guint  index)
{
  return &g_array_index (self->nodes, Node, index);
}

static gboolean
is_stopped (Check *self)
{
  return ++self->n_steps % STOP_STEPS == 0 && self->stop != NULL &&
         self->stop->is_unwanted (self->stop->data);
}

/* Types */

static const char *
get_basic (char  letter,
           Node *node)
{
  static const char   letters[] = "bynqiuxtdsogv";
  static const guint8 alignments[] = { 0, 0, 1, 1, 3, 3, 7, 7, 7, 0, 0, 0, 7 };
  static const guint8 sizes[] = { 1, 1, 2, 2, 4, 4, 8, 8, 8, 0, 0, 0, 0 };

  const char *place;

  if (letter == 'h')
    return has_handles;

  place = letter == '\0' ? NULL : strchr (letters, letter);
  if (place == NULL)
    return no_type;

  node->kind = letter;
  node->alignment = alignments[place - letters];
  node->fixed_size = sizes[place - letters];
  node->is_any = node->fixed_size != 0 && letter != 'b';
  return NULL;
}

/* Adds the nodes of the type at @text, and moves that behind it. */
static const char *read_type (Check       *self,
                              const char **text,
                              const char  *end,
                              guint        max_depth);

/* The members of a tuple or of an entry of a dictionary, up to @closing. */
static const char *
read_members (Check       *self,
              const char **text,
              const char  *end,
              char         closing,
              guint        max_depth,
              Node        *node)
{
  gboolean is_fixed = TRUE;
  gsize    size = 0;
  guint    n_members = 0;

  node->is_any = closing == ')';
  for (; *text < end && **text != closing; n_members++)
    {
      guint       index = self->nodes->len;
      const Node *member;
      const char *fault = read_type (self, text, end, max_depth);
      gsize       place;

      if (fault != NULL)
        return fault;

      member = get_node (self, index);
      if (closing == '}' && n_members == 0 && strchr ("amv({", member->kind) != NULL)
        return no_type;

      place = (size + member->alignment) & ~(gsize) member->alignment;
      node->is_any = node->is_any && member->is_any && place == size;
      node->alignment |= member->alignment;
      is_fixed = is_fixed && member->fixed_size > 0;
      size = place + member->fixed_size;
    }

  if (*text == end || (closing == '}' && n_members != 2))
    return no_type;

  ++*text;
  if (!is_fixed)
    size = 0;
  node->fixed_size = n_members == 0 ? 1 : (size + node->alignment) & ~(gsize) node->alignment;
  node->is_any = node->is_any && is_fixed && n_members > 0 && node->fixed_size == size;
  return NULL;
}

static const char *
read_container (Check       *self,
                const char **text,
                const char  *end,
                guint        max_depth,
                Node        *node)
{
  guint       element = self->nodes->len;
  const char *fault;

  if (max_depth == 0)
    return too_deep;

  if (node->kind == '(')
    return read_members (self, text, end, ')', max_depth - 1, node);
  if (node->kind == '{')
    return read_members (self, text, end, '}', max_depth - 1, node);

  fault = read_type (self, text, end, max_depth - 1);
  if (fault == NULL)
    node->alignment = get_node (self, element)->alignment;
  return fault;
}

static const char *
read_type (Check       *self,
           const char **text,
           const char  *end,
           guint        max_depth)
{
  guint       index = self->nodes->len;
  Node        node = { 0 };
  const char *fault;

  if (*text == end)
    return no_type;
  if (index >= TF_WIRE_MAX_TYPE)
    return type_too_long;

  node.kind = *(*text)++;
  g_array_append_val (self->nodes, node);
  fault = strchr ("am({", node.kind) != NULL ? read_container (self, text, end, max_depth, &node)
                                             : get_basic (node.kind, &node);
  node.n_nodes = self->nodes->len - index;
  g_array_index (self->nodes, Node, index) = node;
  return fault;
}

/* Frame offsets */

static gsize
get_offset_size (gsize size)
{
  if (size > G_MAXUINT32)
    return 8;
  if (size > G_MAXUINT16)
    return 4;
  return size > G_MAXUINT8 ? 2 : 1;
}

static gsize
read_offset (const guint8 *place,
             gsize         offset_size)
{
  guint64 offset = 0;

  for (gsize i = 0; i < offset_size; i++)
    offset |= (guint64) place[i] << (8 * i);
  /* Where memory ends earlier, so does every part. */
  return offset > G_MAXSIZE ? G_MAXSIZE : (gsize) offset;
}

/* Returns whether smaller offsets would not have been enough. */
static gboolean
is_smallest (gsize offset_size,
             gsize body_size,
             gsize n_offsets)
{
  return offset_size == 1 ||
         body_size + n_offsets * (offset_size / 2) >
           (offset_size == 2 ? G_MAXUINT8 : offset_size == 4 ? G_MAXUINT16
                                                             : G_MAXUINT32);
}

/* Moves @offset to the next place that is aligned; FALSE if anything but zeros is before that. */
static gboolean
skip_padding (const guint8 *data,
              gsize         end,
              guint8        alignment,
              gsize        *offset)
{
  for (; (*offset & alignment) != 0; ++*offset)
    if (*offset >= end || data[*offset] != 0)
      return FALSE;

  return TRUE;
}

/* Values */

static const char *
check_text_part (char kind,
                 Part part)
{
  const char *text = (const char *) part.data;
  gboolean    is_valid;

  if (part.size == 0 || part.data[part.size - 1] != 0)
    return not_normal;

  /* A text with a zero in it is not valid. */
  is_valid = g_utf8_validate (text, (gssize) part.size - 1, NULL);
  if (kind == 'o')
    is_valid = is_valid && g_variant_is_object_path (text);
  else if (kind == 'g')
    is_valid = is_valid && g_variant_is_signature (text);
  return is_valid ? NULL : not_normal;
}

static const char *
check_array (Check *self,
             guint  index,
             Part   part,
             guint  max_depth)
{
  const Node  *element = get_node (self, index + 1);
  const gsize  element_size = element->fixed_size;
  const guint8 alignment = element->alignment;
  const gsize  offset_size = get_offset_size (part.size);
  gsize        last_end;
  gsize        offset = 0;
  const char  *fault;

  if (part.size == 0)
    return NULL;

  if (element_size > 0)
    {
      if (part.size % element_size != 0)
        return not_normal;
      if (element->is_any)
        return NULL;
      for (; offset < part.size; offset += element_size)
        if ((fault = check_part (self, index + 1, (Part){ part.data + offset, element_size },
                                 max_depth)) != NULL)
          return fault;
      return NULL;
    }

  last_end = read_offset (part.data + part.size - offset_size, offset_size);
  if (last_end >= part.size || (part.size - last_end) % offset_size != 0 ||
      !is_smallest (offset_size, last_end, (part.size - last_end) / offset_size))
    return not_normal;

  for (gsize place = last_end; place < part.size; place += offset_size)
    {
      gsize end = read_offset (part.data + place, offset_size);

      if (end > last_end || !skip_padding (part.data, end, alignment, &offset) || end < offset)
        return not_normal;
      fault = check_part (self, index + 1, (Part){ part.data + offset, end - offset }, max_depth);
      if (fault != NULL)
        return fault;
      offset = end;
    }

  return NULL;
}

static const char *
check_maybe (Check *self,
             guint  index,
             Part   part,
             guint  max_depth)
{
  if (part.size == 0)
    return NULL;

  if (get_node (self, index + 1)->fixed_size == 0 && part.data[--part.size] != 0)
    return not_normal;
  return check_part (self, index + 1, part, max_depth);
}

static const char *
check_members (Check *self,
               guint  index,
               Part   part,
               guint  max_depth)
{
  const guint  last = index + get_node (self, index)->n_nodes;
  const guint8 alignment = get_node (self, index)->alignment;
  const gsize  fixed_size = get_node (self, index)->fixed_size;
  const gsize  offset_size = get_offset_size (part.size);
  gsize        n_offsets = 0;
  gsize        body_end = part.size;
  gsize        offset = 0;

  for (guint member = index + 1; member < last;)
    {
      const Node *node = get_node (self, member);
      const guint next = member + node->n_nodes;
      const char *fault;
      gsize       end = body_end;

      if (!skip_padding (part.data, body_end, node->alignment, &offset))
        return not_normal;

      if (node->fixed_size > 0)
        end = offset + node->fixed_size;
      else if (next < last)
        {
          if (body_end - offset < offset_size)
            return not_normal;
          body_end -= offset_size;
          n_offsets++;
          end = read_offset (part.data + body_end, offset_size);
        }
      if (end < offset || end > body_end)
        return not_normal;

      fault = check_part (self, member, (Part){ part.data + offset, end - offset }, max_depth);
      if (fault != NULL)
        return fault;
      offset = end;
      member = next;
    }

  if (fixed_size > 0 && (!skip_padding (part.data, part.size, alignment, &offset) ||
                         (index + 1 == last && part.data[offset++] != 0)))
    return not_normal;
  return offset == body_end && is_smallest (offset_size, offset, n_offsets) ? NULL : not_normal;
}

/* The type of the contents stands behind them, after a zero. */
static const char *
check_variant (Check *self,
               Part   part,
               guint  max_depth)
{
  guint       index = self->nodes->len;
  const char *end = (const char *) part.data + part.size;
  const char *text = end;
  const char *type;
  const char *fault;
  Part        contents = { part.data, 0 };

  while (text > (const char *) part.data && text[-1] != '\0')
    {
      if (end - text == TF_WIRE_MAX_TYPE)
        return type_too_long;
      text--;
    }
  if (text == (const char *) part.data || text == end)
    return not_normal;

  contents.size = (gsize) (text - 1 - (const char *) part.data);
  type = text;
  if (end - type == 1 && strchr ("ynqiuxtdbs", *type) != NULL)
    {
      /* A shortcut for the usual types. */
      Node node = { 0 };

      get_basic (*type, &node);
      if (*type == 's')
        return check_text_part (*type, contents);
      return contents.size == node.fixed_size && (node.is_any || *contents.data < 2) ? NULL
                                                                                     : not_normal;
    }

  fault = read_type (self, &text, end, max_depth);
  if (fault == no_type || (fault == NULL && text != end))
    fault = not_normal;
  if (fault == NULL)
    fault = check_part (self, index, contents, max_depth);
  g_array_set_size (self->nodes, index);
  return fault;
}

static const char *
check_part (Check *self,
            guint  index,
            Part   part,
            guint  max_depth)
{
  const Node *node = get_node (self, index);

  if (is_stopped (self))
    return stopped;
  if (node->fixed_size > 0 && node->fixed_size != part.size)
    return not_normal;
  if (node->is_any)
    return NULL;

  if (strchr ("sog", node->kind) != NULL)
    return check_text_part (node->kind, part);
  if (node->kind == 'b')
    return *part.data < 2 ? NULL : not_normal;
  if (max_depth == 0)
    return too_deep;
  if (node->kind == 'v')
    return check_variant (self, part, max_depth - 1);
  if (node->kind == 'a')
    return check_array (self, index, part, max_depth - 1);
  if (node->kind == 'm')
    return check_maybe (self, index, part, max_depth - 1);

  return check_members (self, index, part, max_depth - 1);
}

const char *
tf__wire_check (const char       *type,
                gconstpointer     data,
                gsize             size,
                guint             max_depth,
                const TfWireStop *stop)
{
  Check       self = { .stop = stop };
  Part        all = { data == NULL ? (const guint8 *) "" : data, size };
  const char *end = type + strlen (type);
  const char *fault;

  /* GLib has no bytes for a value that is not of its size. */
  if (data == NULL && size > 0)
    return not_normal;

  self.nodes = g_array_new (FALSE, FALSE, sizeof (Node));
  fault = read_type (&self, &type, end, max_depth);
  if (fault == NULL && type != end)
    fault = no_type;
  if (fault == NULL)
    fault = check_part (&self, 0, all, max_depth);
  g_array_unref (self.nodes);

  return fault;
}

gboolean
tf__wire_is_stopped (const char *fault)
{
  return fault == stopped;
}
