// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What C cannot say to JavaScript. GJS loads this file with the typelib; docs/javascript.md describes what it adds.
//
// A function of JavaScript runs in the thread of its engine and nowhere else, so all of this happens in the foreground.

const {GLib, GObject, Gio} = imports.gi;

const ALTERNATIVES = 'Give Tf.spawn() an async function that calls asynchronous functions of GIO; ' +
    'what computes for long belongs into a worker process: see Tf.Future.from_subprocess_output()';

let Tf;
let JsValue;
let dupValue;
let c; // the functions of C that have another meaning, or another name, in JavaScript

// Another engine in the same process may have registered the class of values before.
function registerJsValue() {
    let name = 'TfJsValue';
    for (let n = 2; GObject.type_from_name(name) !== null; n++)
        name = `TfJsValue${n}`;

    return GObject.registerClass({GTypeName: name}, class TfJsValue extends GObject.Object {});
}

// Values. What C has a type for goes as that; everything else is carried by an object, and comes back as the same thing.

function hold(value) {
    const holder = new JsValue();
    holder.value = value;
    return holder;
}

function newValue(type, setter, content) {
    const value = new GObject.Value();
    value.init(type);
    value[setter](content);
    return value;
}

function isExactInteger(number) {
    return Number.isSafeInteger(number) && !Object.is(number, -0);
}

// For a parameter that is a GValue; null is no value.
function box(value) {
    if (value === undefined)
        return null;
    if (typeof value === 'boolean')
        return newValue(GObject.TYPE_BOOLEAN, 'set_boolean', value);
    if (typeof value === 'number') {
        return isExactInteger(value)
            ? newValue(GObject.TYPE_INT64, 'set_int64', value)
            : newValue(GObject.TYPE_DOUBLE, 'set_double', value);
    }
    if (typeof value === 'string' && !value.includes('\0') && isWellFormed(value))
        return newValue(GObject.TYPE_STRING, 'set_string', value);
    if (value instanceof GLib.Variant)
        return newValue(GObject.TYPE_VARIANT, 'set_variant', value);
    if (value instanceof GObject.Value)
        return value;
    if (value instanceof GObject.Object)
        return newValue(value.constructor.$gtype, 'set_object', value);
    if (isBoxed(value))
        return value;

    return newValue(JsValue.$gtype, 'set_object', hold(value));
}

// GJS makes a GValue of its type of it. Plain objects have a boxed type too, but one that only this thread may free.
function isBoxed(value) {
    const type = value === null || typeof value !== 'object' ? undefined : value.constructor?.$gtype;
    return type !== undefined && type !== Object.$gtype && GObject.type_fundamental(type) === GObject.TYPE_BOXED;
}

// A half of a surrogate pair has no form in UTF-8.
function isWellFormed(text) {
    return !/[\ud800-\udfff]/u.test(text);
}

function unbox(value) {
    return value instanceof JsValue ? value.value : value;
}

// Failures. A GLib.Error stays one; anything else that was thrown goes along as it is, and with its name, text and stack.

function isThenable(value) {
    return value !== null && typeof value === 'object' && typeof value.then === 'function';
}

function reject(promise, reason) {
    if (reason instanceof GLib.Error)
        return c.reject_new_error_literal.call(promise, reason.domain, reason.code, reason.message);

    const isError = reason instanceof Error;
    return c.reject_failure.call(promise,
        isError ? String(reason.name) : typeof reason,
        isError ? String(reason.message) : textOf(reason),
        isError && reason.stack ? String(reason.stack) : null,
        newValue(JsValue.$gtype, 'set_object', hold(reason)));
}

function textOf(value) {
    try {
        return String(value);
    } catch {
        return 'something without a text was thrown';
    }
}

function failureOf(future, error) {
    const payload = future.dup_failure_payload();
    return payload instanceof JsValue ? payload.value : error;
}

// Promises of JavaScript

function settle(future, onValue, onError) {
    let value;
    try {
        value = dupValue.call(future);
    } catch (error) {
        onError(failureOf(future, error));
        return;
    }
    onValue(value === null ? undefined : unbox(value));
}

function toPromise(future) {
    return new Promise((resolve, onError) => {
        if (future.is_done())
            settle(future, resolve, onError);
        else
            c.wait_async.call(future, null, () => settle(future, resolve, onError));
    });
}

// The future ends as the promise does; until then it is open, and has progress.
function adopt(future, promise) {
    promise.then(value => future.resolve(value), reason => future.reject(reason));
}

function toFuture(value, name = null) {
    if (value instanceof Tf.Future)
        return value;

    const future = Tf.Promise.new(name);
    adopt(future, Promise.resolve(value));
    return future;
}

function spawn(func, name = func.name || null) {
    const future = Tf.Promise.new(name);
    let result;
    try {
        result = func(future);
    } catch (error) {
        future.reject(error);
        return future;
    }

    if (isThenable(result))
        adopt(future, result);
    else
        future.resolve(result);
    return future;
}

// What a function returns that goes on with a future. Without this an exception would be printed, and the derived future
// would complete.
function goOn(func) {
    return done => {
        try {
            const result = func(done);
            return result === undefined || result === null ? null : toFuture(result);
        } catch (error) {
            const failed = Tf.Promise.new(null);
            failed.reject(error);
            return failed;
        }
    };
}

// Items, from the moment when the iteration begins.
class Items {
    constructor(future) {
        this._future = future;
        this._items = [];
        this._readers = [];
        this._isOver = false;
        this._failures = [];
        this._handler = future.connect('item', (_future, value) => this._push(unbox(value)));
        toPromise(future).then(() => this._end([]), error => this._end([error]));
    }

    _push(value) {
        if (this._readers.length > 0)
            this._readers.shift().resolve({value, done: false});
        else
            this._items.push(value);
    }

    _end(failures) {
        this._disconnect();
        if (this._isOver)
            return;

        this._isOver = true;
        this._failures = failures;
        for (const reader of this._readers.splice(0))
            this._answer(reader);
    }

    _disconnect() {
        if (this._handler !== 0)
            this._future.disconnect(this._handler);
        this._handler = 0;
    }

    // The failure is thrown once, after the items that came before it.
    _answer({resolve, reject: throwOut}) {
        if (this._failures.length > 0)
            throwOut(this._failures.pop());
        else
            resolve({value: undefined, done: true});
    }

    next() {
        if (this._items.length > 0)
            return Promise.resolve({value: this._items.shift(), done: false});

        return new Promise((resolve, throwOut) => {
            const reader = {resolve, reject: throwOut};
            if (this._isOver)
                this._answer(reader);
            else
                this._readers.push(reader);
        });
    }

    return(value) {
        const isEarly = !this._isOver;

        this._items = [];
        this._end([]);
        this._failures = [];
        if (isEarly)
            this._future.cancel();
        return Promise.resolve({value, done: true});
    }

    [Symbol.asyncIterator]() {
        return this;
    }
}

function refuse(what) {
    return function () {
        throw new Error(`${what}: a function of JavaScript cannot run in another thread. ${ALTERNATIVES}`);
    };
}

// The functions that make tasks are called here, but a task of JavaScript is refused: that is told at once for the first
// tasks, which are made in the call.
function map(name) {
    return function (items, makeTask, limit = 0, flags = Tf.SetFlags.NONE) {
        const thrown = [];
        let isInCall = true;
        const set = c[name].call(this, items, (...args) => {
            try {
                return makeTask(...args);
            } catch (error) {
                if (!isInCall)
                    throw error;
                thrown.push(error);
                return null;
            }
        }, limit, flags);

        isInCall = false;
        if (thrown.length === 0)
            return set;

        // Its failure is not news for anybody else.
        set.cancel();
        toPromise(set).catch(() => {});
        throw thrown[0];
    };
}

function addToFuture() {
    const {prototype} = Tf.Future;

    dupValue = prototype.dup_value;
    c = {
        wait_async: prototype.wait_async,
        then: prototype.then,
        catch: prototype.catch,
        finally: prototype.finally,
        new_for_value: Tf.Future.new_for_value,
    };

    prototype.dup_value = function () {
        return unbox(dupValue.call(this));
    };
    Object.defineProperty(prototype, 'value', {
        get() {
            return this.state === Tf.FutureState.COMPLETED ? this.dup_value() : null;
        },
        enumerable: true,
    });
    Tf.Future.new_for_value = value => c.new_for_value.call(Tf.Future, box(value));

    // The thenable, and what C calls by these names.
    prototype.then = function (onFulfilled, onRejected) {
        return toPromise(this).then(onFulfilled, onRejected);
    };
    prototype.catch = function (onRejected) {
        return toPromise(this).catch(onRejected);
    };
    prototype.finally = function (onFinally) {
        return toPromise(this).finally(onFinally);
    };
    prototype.chain = function (func) {
        return c.then.call(this, goOn(func));
    };
    prototype.recover = function (func) {
        return c.catch.call(this, goOn(func));
    };
    prototype.ensure = function (func) {
        return c.finally.call(this, goOn(func));
    };

    prototype[Symbol.asyncIterator] = function () {
        return new Items(this);
    };

    Gio._promisify(prototype, 'wait_async', 'wait_finish');
}

function addToSets() {
    for (const name of ['all', 'any', 'race']) {
        const make = Tf.Future[name];
        Tf.Future[name] = (futures, flags = Tf.SetFlags.NONE) =>
            make.call(Tf.Future, Array.from(futures, future => toFuture(future)), flags);
    }

    const filtered = Tf.Future.any_filtered;
    Tf.Future.any_filtered = (futures, flags, filter) =>
        filtered.call(Tf.Future, Array.from(futures, future => toFuture(future)), flags, filter);

    Tf.FutureSet.prototype[Symbol.iterator] = function* () {
        for (let i = 0; i < this.get_n_futures(); i++)
            yield this.get_future(i);
    };
}

function addToPromise() {
    const {prototype} = Tf.Promise;

    Object.assign(c, {
        resolve: prototype.resolve,
        report: prototype.report,
        reject_failure: prototype.reject_failure,
        reject_new_error_literal: prototype.reject_new_error_literal,
    });

    prototype.resolve = function (value) {
        if (value instanceof Tf.Future || isThenable(value))
            return this.follow(toFuture(value));

        return c.resolve.call(this, box(value));
    };
    prototype.reject = function (reason) {
        return reject(this, reason);
    };
    prototype.report = function (value) {
        return c.report.call(this, box(value));
    };
    prototype.execute = function (func) {
        let value;
        try {
            value = func();
        } catch (error) {
            return this.reject(error);
        }
        return this.resolve(value);
    };
}

function refuseThreads() {
    const {prototype} = Tf.Executor;

    prototype.submit_call = refuse('Tf.Executor.submit_call()');
    prototype.submit_then = refuse('Tf.Executor.submit_then()');
    Tf.Task.new = refuse('Tf.Task.new()');

    for (const name of ['map', 'map_model']) {
        c[name] = prototype[name];
        prototype[name] = map(name);
    }

    Gio._promisify(prototype, 'submit_async', 'submit_finish');
}

function _init() {
    Tf = this;
    JsValue = registerJsValue();

    addToFuture();
    addToSets();
    addToPromise();
    refuseThreads();

    Tf.promise = toFuture;
    Tf.spawn = spawn;
    Tf.unbox = unbox;
}
