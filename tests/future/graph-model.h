/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf.h>

G_BEGIN_DECLS

/* What the rules of composition say of a graph of futures. It knows no future: it is told what the test does and sees,
 * in the order in which that happened, and complains about the first thing that the rules do not allow. Which of
 * two independent futures ends first is not promised, so it takes the order from what was seen; what each of them does
 * then is not left open. */

#define GRAPH_MAX_INPUTS 5
#define GRAPH_MAX_NODES  40

/* The domain of all errors that the test makes, each with a code of its own. */
#define GRAPH_ERROR graph_error_quark ()
GQuark graph_error_quark (void);

typedef enum
{
  GRAPH_PROMISE,
  GRAPH_DELAY,
  GRAPH_THEN,
  GRAPH_CATCH,
  GRAPH_FINALLY,
  GRAPH_SHIELD,
  GRAPH_TIMEOUT,
  GRAPH_ALL,
  GRAPH_ANY,
  GRAPH_RACE,
  GRAPH_N_KINDS
} GraphKind;

typedef enum
{
  GRAPH_REPLY_NULL,
  GRAPH_REPLY_VALUE,
  GRAPH_REPLY_ERROR,
  GRAPH_REPLY_NODE, /* NULL, if nobody holds that any more */
  GRAPH_REPLY_ITSELF,
  GRAPH_N_REPLIES
} GraphReply;

typedef enum
{
  GRAPH_ABORTABLE_UNSET,
  GRAPH_ABORTABLE_YES,
  GRAPH_ABORTABLE_NO,
  GRAPH_ABORTABLE_ALLOWS,  /* has a handler */
  GRAPH_ABORTABLE_REFUSES, /* has a handler */
  GRAPH_N_ABORTABLES
} GraphAbortable;

typedef struct _GraphNode  GraphNode;
typedef struct _GraphModel GraphModel;

/* How a future ended. */
typedef struct
{
  TfFutureState state;
  gint64        value; /* of one that completed: 0 for none */
  GQuark        domain;
  int           code;
} GraphOutcome;

gboolean graph_outcome_equal (const GraphOutcome *a,
                              const GraphOutcome *b);

/* Who listens to a node, and in which of its places. */
typedef struct
{
  GraphNode *node;
  guint      slot;
} GraphListener;

struct _GraphNode
{
  /* How it is made. */
  guint            index;
  GraphKind        kind;
  GraphNode       *inputs[GRAPH_MAX_INPUTS];
  guint            n_inputs;
  GraphReply       reply;         /* of the function of a "then", "catch" or "finally" */
  gint64           number;        /* the value, or the code of the error, that it replies */
  GraphNode       *reply_node;    /* (nullable) */
  gboolean         is_reply_held; /* by the data of the function */
  gint64           deadline_us;
  TfTimeoutAction  action;
  TfFutureSetFlags flags;
  gboolean         has_filter;
  guint            skipped; /* the places whose results the filter skips, as bits */
  GraphAbortable   abortable;
  gboolean         has_cancellable; /* somebody has asked for that of the promise */
  gboolean         is_watched;      /* a handler of "done" is connected */

  /* What has become of it: of the model alone. */
  GraphModel  *model;
  gboolean     is_held; /* by the test */
  gboolean     is_asked;
  gboolean     is_aborted;
  gboolean     is_told; /* CANCELLING */
  gboolean     is_spread;
  gboolean     is_abort_due; /* an abort is under way, and will be refused or not */
  GraphOutcome reason;       /* of the abort; no domain: none */
  GraphOutcome due_reason;
  guint        due_order; /* of the aborts under way the earliest comes first */
  gboolean     is_decided;
  gboolean     is_looking;     /* was decided when it was made, but goes on in the next turn */
  GraphNode   *looks_at;       /* (nullable) the same, and ends cancelled as that did */
  gboolean     may_have_ended; /* what it waits for may have looked already, and have been cancelled by that */
  GraphNode   *has_looked_at;  /* (nullable) perhaps: it was cancelled as well */
  gboolean     is_done;
  gboolean     is_abandoned; /* a promise: nobody held it at some moment */
  gboolean     is_gone;      /* dropped by all, and nobody listened */
  GraphOutcome outcome;
  GraphNode   *holder;   /* (nullable) whose value or error it has */
  GraphNode   *upstream; /* (nullable) of a link, or of a promise that follows */
  GraphNode   *first;    /* (nullable) whose outcome a "finally" keeps */
  GraphNode   *due_done; /* (nullable) with which its function is to be called */
  gboolean     has_called;
  gboolean     is_listening[GRAPH_MAX_INPUTS]; /* of a set */
  gboolean     is_set_cancelled;
  guint        n_done;
  guint        due_filtered;
  int          winner;
  int          last;
  GArray      *listeners; /* (owned) of GraphListener, in their order */
};

struct _GraphModel
{
  GPtrArray *nodes; /* (owned) of GraphNode, not owned */
  gint64     now_us;
  guint      n_due;                             /* aborts so far */
  gboolean (*is_given_up) (GraphNode *node);    /* whether an abort has taken effect */
  gboolean (*is_settled) (GraphNode *node);     /* whether its outcome is decided, where the model cannot know */
  gboolean (*is_abort_asked) (GraphNode *node); /* whether one is on its way, and not refused yet */
  char *complaint;                              /* (owned) (nullable) the first one */
};

void graph_model_init (GraphModel *self);
void graph_model_clear (GraphModel *self);
void graph_node_clear (GraphNode *node);

/* What is done: to be said before it is done. The results are what the call returns. */
void     graph_model_add (GraphModel *self,
                          GraphNode  *node);
gboolean graph_model_complete (GraphModel         *self,
                               GraphNode          *node,
                               const GraphOutcome *outcome);
gboolean graph_model_follow (GraphModel *self,
                             GraphNode  *node,
                             GraphNode  *other);
gboolean graph_model_cancel (GraphModel *self,
                             GraphNode  *node);
/* -1: the rules leave that open. */
int graph_model_abort (GraphModel         *self,
                       GraphNode          *node,
                       const GraphOutcome *reason);
/* What the call has returned. */
void graph_model_saw_abort (GraphModel         *self,
                            GraphNode          *node,
                            const GraphOutcome *reason, gboolean is_taken);
void graph_model_drop (GraphModel *self,
                       GraphNode  *node);

/* What was seen. */
void graph_model_saw_cancelling (GraphModel *self,
                                 GraphNode  *node);
void graph_model_saw_done (GraphModel         *self,
                           GraphNode          *node,
                           const GraphOutcome *outcome,
                           int                 winner);
/* What the function replies: of one that replies a node, whether it does. */
gboolean graph_model_saw_call (GraphModel *self,
                               GraphNode  *node,
                               GraphNode  *done);
/* Before each of the others: the abort of one that is CANCELLING already is not told. */
void graph_model_saw_given_up (GraphModel *self);
void graph_model_saw_filter (GraphModel *self,
                             GraphNode  *node,
                             guint       index);
void graph_model_saw_timeout (GraphModel *self,
                              GraphNode  *node);
/* Nothing is left to do for the loop. */
void graph_model_saw_quiet (GraphModel *self);

/* Whether the end of @node may come from that of @other. */
gboolean graph_model_depends (GraphNode *node,
                              GraphNode *other);
/* Whether a wait of @node for @other could never end. */
gboolean      graph_model_is_circle (GraphNode *node,
                                     GraphNode *other);
TfFutureState graph_model_get_state (GraphNode *node);
gboolean      graph_model_is_held (GraphModel *self,
                                   GraphNode  *node);

G_END_DECLS
