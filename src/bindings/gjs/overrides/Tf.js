// SPDX-FileCopyrightText: 2026 The Tf authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What C cannot say to JavaScript. GJS loads this file with the typelib; docs/javascript.md describes what it adds.
//
// A function of JavaScript runs in the thread of its engine and nowhere else, so all of this happens in the foreground.

const {GLib, GObject, Gio} = imports.gi;

const ALTERNATIVES = 'Give Tf.spawn() an async function that calls asynchronous functions of GIO; ' +
    'what computes for long belongs into a worker process: see Tf.ProcessContext';

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
    if (value instanceof JsValue)
        return value.value;
    if (value instanceof Tf.Values)
        return Array.from({length: value.get_n()}, (_, i) => unbox(value.get(i)));

    return value;
}

// Failures. A GLib.Error stays one; anything else that was thrown goes along as it is, and with its name, text and stack.

function isThenable(value) {
    return value !== null && typeof value === 'object' && typeof value.then === 'function';
}

// A proxy may throw when it is asked what it is.
function isInstance(value, kind) {
    try {
        return value instanceof kind;
    } catch {
        return false;
    }
}

// The domain, the code and the text of an error of C. Anything else gives null, and so does an object that only has the
// prototype of such an error.
function partsOfError(reason) {
    try {
        const isError = reason instanceof GLib.Error && reason.domain !== 0;
        return isError ? [reason.domain, reason.code, readText(() => reason.message)] : null;
    } catch {
        return null;
    }
}

function reject(promise, reason) {
    const parts = partsOfError(reason);
    if (parts !== null)
        return c.reject_new_error_literal.call(promise, ...parts);

    return c.reject_failure.call(promise, ...describe(reason), newValue(JsValue.$gtype, 'set_object', hold(reason)));
}

// The name, the text and the stack. It never throws: a text that cannot be built must not replace the failure.
function describe(reason) {
    if (!isInstance(reason, Error))
        return [typeof reason, textOf(reason), null];

    const stack = readText(() => reason.stack ?? '');
    return [readText(() => reason.name), readText(() => reason.message), stack || null];
}

function readText(read) {
    try {
        return String(read()).replaceAll('\0', '\\0');
    } catch {
        return 'something without a text was thrown';
    }
}

function textOf(value) {
    return readText(() => value);
}

function failureOf(future, error) {
    const payload = future.dup_failure_payload();
    return payload instanceof JsValue ? payload.value : error;
}

// Durations. They are numbers of milliseconds here, and of microseconds in C.

const MICROSECONDS = 1000;

function refuseDuration(name, value, what) {
    throw new TypeError(`${name}: ${textOf(value)} of the type ${typeof value} is not ${what}`);
}

function duration(name, value) {
    if (typeof value !== 'number' || !(value >= 0) || value === Infinity)
        refuseDuration(name, value, 'a number of milliseconds');

    return Math.min(Math.round(value * MICROSECONDS), Number.MAX_SAFE_INTEGER);
}

// Below zero there is nothing: what is left of a time that is over must not become “no limit”.
function isUnlimited(value) {
    return value === undefined || value === null || value === Infinity;
}

function limit(name, value) {
    return isUnlimited(value) ? -1 : duration(name, value);
}

// What is left of the time until a moment: of the calendar, or of the monotonic clock. As a number of that the time of
// Date.now() would be decades away, and nobody would see why nothing ends.
const DECADES = 1e12;

function withDeadline(future, value, action) {
    if (isUnlimited(value))
        return c.with_timeout.call(future, -1, action);
    if (value instanceof Date && !Number.isNaN(value.getTime()))
        return c.with_timeout.call(future, Math.max(0, value.getTime() - Date.now()) * MICROSECONDS, action);
    if (typeof value !== 'number' || !(value < DECADES))
        refuseDuration('deadline', value, 'a Date, nor a time of GLib.get_monotonic_time() / 1000');

    return c.with_deadline.call(future, Math.max(0, Math.round(value * MICROSECONDS)), action);
}

function milliseconds(read) {
    return function () {
        return read.call(this) / MICROSECONDS;
    };
}

// Where the program called, for the warning about a failure that nobody read: the first line of the stack that is not of
// this file, without its column. The engine has no cheap way to tell, so this is for Tf.spawn() only: Tf.Promise.new() and
// Tf.promise() cost less than a stack.

const OWN_FILE = new Error().stack.replace(/^.*?@(.*?):\d+:\d+\n[^]*$/, '@$1:');

function setPlace(promise) {
    const {stack} = new Error();
    let begin = 0;
    while (stack.startsWith(OWN_FILE, stack.indexOf('@', begin)))
        begin = stack.indexOf('\n', begin) + 1;
    if (begin === stack.length)
        return; // called by nothing but the engine

    const end = stack.lastIndexOf(':', stack.indexOf('\n', begin));
    promise.set_location(stack.slice(stack.indexOf('@', begin) + 1, end));
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

// A value may refuse to be looked at; then that is the failure.
function resolveOrReject(future, value) {
    try {
        return future.resolve(value);
    } catch (error) {
        return future.reject(error);
    }
}

// The future ends as the promise does; until then it is open, and has progress.
function adopt(future, promise) {
    promise.then(value => resolveOrReject(future, value), reason => future.reject(reason));
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
    setPlace(future);
    try {
        const result = func(future);

        if (isThenable(result) && !(result instanceof Tf.Future))
            adopt(future, result);
        else
            future.resolve(result);
    } catch (error) {
        future.reject(error);
    }
    return future;
}

// What a function returns that goes on with a future, or starts an attempt. Without this an exception would be printed,
// and the derived future would complete.
function goOn(func) {
    return (...args) => {
        try {
            const result = func(...args);
            return result === undefined || result === null ? null : toFuture(result);
        } catch (error) {
            const failed = Tf.Promise.new(null);
            failed.reject(error);
            return failed;
        }
    };
}

// An iteration is full when so many items wait for its reader, until half of them are read. It holds the future meanwhile,
// so that functions in threads wait; code in the main loop cannot, unless it asks.
const MANY_ITEMS = 64;

// What those who send items to a future know of those who read them.
class Flow {
    constructor() {
        this.iterations = new Set();
        this.looks = new Set();
        this.nOnTheirWay = 0;
        this._isCounting = false;
    }

    get isFull() {
        const iterations = [...this.iterations];
        const nWaiting = Math.max(0, ...iterations.map(items => items.nWaiting));
        return this.nOnTheirWay + nWaiting >= MANY_ITEMS || iterations.some(items => items.isFull);
    }

    countOne(future) {
        this.nOnTheirWay++;
        if (this._isCounting)
            return;
        this._isCounting = true;
        future.connect('item', () => {
            this.nOnTheirWay--;
            this.tell();
        });
    }

    tell() {
        for (const look of [...this.looks])
            look();
    }
}

const flows = new WeakMap();

function flowOf(future) {
    let flow = flows.get(future);
    if (flow === undefined) {
        flow = new Flow();
        flows.set(future, flow);
    }
    return flow;
}

function isWanted(future) {
    return future.get_state() < Tf.FutureState.CANCELLING;
}

async function waitForRoom(future) {
    const flow = flowOf(future);
    if (!flow.isFull || !isWanted(future))
        return isWanted(future);

    let handler = 0;
    await new Promise(resolve => {
        const look = () => {
            if (flow.isFull && isWanted(future))
                return;
            flow.looks.delete(look);
            resolve();
        };
        flow.looks.add(look);
        handler = future.connect('notify::state', look);
    });
    future.disconnect(handler);
    return isWanted(future);
}

// Items, from the moment when the iteration begins.
class Items {
    constructor(future) {
        this._future = future;
        this._flow = flowOf(future);
        this._isHolding = false;
        this.isFull = false;
        this._items = [];
        this._readers = [];
        this._isOver = false;
        this._failures = [];
        this._handler = future.connect('item', (_future, value) => this._push(unbox(value)));
        this._flow.iterations.add(this);
        toPromise(future).then(() => this._end([]), error => this._end([error]));
    }

    _push(value) {
        if (this._readers.length > 0)
            this._readers.shift().resolve({value, done: false});
        else
            this._items.push(value);
        if (this._items.length >= MANY_ITEMS && !this.isFull) {
            this.isFull = true;
            this._isHolding = this._future.hold_events();
        }
    }

    get nWaiting() {
        return this._items.length;
    }

    _shift() {
        const value = this._items.shift();
        if (this._items.length <= MANY_ITEMS / 2)
            this._setRoom();
        return {value, done: false};
    }

    _setRoom() {
        if (!this.isFull)
            return;
        this.isFull = false;
        if (this._isHolding)
            this._future.release_events();
        this._isHolding = false;
        this._flow.tell();
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
        this._flow.iterations.delete(this);
        this._setRoom();
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
            return Promise.resolve(this._shift());

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
    return function (items, makeTask, limit = 0, flags = Tf.FutureSetFlags.NONE) {
        const thrown = [];
        let isInCall = true;
        const set = c[name].call(this, items, limit, flags, (...args) => {
            try {
                return makeTask(...args);
            } catch (error) {
                if (!isInCall)
                    throw error;
                thrown.push(error);
                return null;
            }
        });

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
    const {NONE} = Tf.FutureSetFlags;
    const toFutures = futures => Array.from(futures, future => toFuture(future));

    const all = Tf.Future.all;
    Tf.Future.all = (futures, flags = NONE) => all.call(Tf.Future, toFutures(futures), flags);

    for (const name of ['any', 'race']) {
        const make = Tf.Future[name];
        const makeSkipping = Tf.Future[`${name}_skipping`];
        const skipping = (futures, flags, skip) => {
            if (typeof skip !== 'function')
                throw new TypeError(`skip: ${textOf(skip)} of the type ${typeof skip} is not a function`);
            return makeSkipping.call(Tf.Future, toFutures(futures), flags, skip);
        };

        Tf.Future[`${name}_skipping`] = skipping;
        Tf.Future[name] = (futures, flags = NONE, skip = null) => skip === null
            ? make.call(Tf.Future, toFutures(futures), flags)
            : skipping(futures, flags, skip);
    }

    Tf.FutureSet.prototype[Symbol.iterator] = function* () {
        for (let i = 0; i < this.get_n_futures(); i++)
            yield this.get_future(i);
    };
}

// Functions of a prototype that have a duration among their arguments: the new one gets the old one before these.
function replace(prototype, functions) {
    for (const [name, func] of Object.entries(functions)) {
        const original = prototype[name];
        prototype[name] = function (...args) {
            return func.call(this, original, ...args);
        };
    }
}

function useMilliseconds() {
    const {CancelFlag, Clock, Executor, Future, MessageRouter, ProcessContext, Task, WorkerPool} = Tf;
    const {LEAVE} = Tf.TimeoutAction;

    c.with_timeout = Future.prototype.with_timeout;
    c.with_deadline = Future.prototype.with_deadline;

    replace(Future, {
        delay(original, delay) {
            return original.call(Future, duration('delay', delay));
        },
        retry(original, maxAttempts, firstDelay, maxDelay, func) {
            return original.call(Future, maxAttempts, duration('firstDelay', firstDelay), limit('maxDelay', maxDelay),
                goOn(func));
        },
    });
    replace(Future.prototype, {
        wait(original, timeout, cancellable = null) {
            return original.call(this, limit('timeout', timeout), cancellable);
        },
        with_timeout(original, timeout, action = LEAVE) {
            return original.call(this, limit('timeout', timeout), action);
        },
        with_timeout_full(original, timeout, action, onTimeout) {
            return original.call(this, limit('timeout', timeout), action, onTimeout);
        },
        with_deadline(_original, deadline, action = LEAVE) {
            return withDeadline(this, deadline, action);
        },
        get_eta(original) {
            const eta = original.call(this);
            return eta < 0 ? null : eta / MICROSECONDS;
        },
    });
    replace(Executor.prototype, {
        shutdown(original, timeout) {
            return original.call(this, limit('timeout', timeout));
        },
        // Nothing would ever be delivered in no time.
        set_dispatch_budget(original, budget) {
            original.call(this, Math.max(1, duration('budget', budget)));
        },
        set_progress_interval(original, interval) {
            original.call(this, duration('interval', interval));
        },
    });
    replace(Task.prototype, {
        pause(original, time) {
            return original.call(this, duration('time', time));
        },
    });
    replace(WorkerPool.prototype, {
        shutdown(original, timeout) {
            return original.call(this, limit('timeout', timeout));
        },
    });
    replace(MessageRouter.prototype, {
        route_until(original, condition, timeout) {
            return original.call(this, limit('timeout', timeout), condition);
        },
    });
    replace(ProcessContext.prototype, {
        set_grace(original, cancel, terminate) {
            original.call(this, limit('cancel', cancel), limit('terminate', terminate));
        },
        set_idle_timeout(original, timeout) {
            original.call(this, limit('timeout', timeout));
        },
        set_start_retry_timeout(original, timeout) {
            original.call(this, limit('timeout', timeout));
        },
        get_start_retry_timeout(original) {
            const timeout = original.call(this);
            return timeout < 0 ? Infinity : timeout / MICROSECONDS;
        },
    });
    replace(CancelFlag.prototype, {
        wait(original, timeout) {
            return original.call(this, limit('timeout', timeout));
        },
    });

    for (const [{prototype}, name] of [
        [Future, 'get_elapsed'],
        [Executor, 'get_dispatch_budget'],
        [Executor, 'get_progress_interval'],
        [Clock, 'get_time'],
    ])
        prototype[name] = milliseconds(prototype[name]);
}

function addToPromise() {
    const {prototype} = Tf.Promise;

    Object.assign(c, {
        resolve: prototype.resolve_value,
        report: prototype.report_value,
        yield_item: prototype.yield_value,
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
    prototype.yield_item = function (value) {
        const isSent = c.yield_item.call(this, box(value));
        if (isSent)
            flowOf(this).countOne(this);
        return isSent;
    };
    prototype.wait_for_room = function () {
        return waitForRoom(this);
    };
    prototype.execute = function (func) {
        try {
            return this.resolve(func());
        } catch (error) {
            return this.reject(error);
        }
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

    const {submit_finish: submitFinish} = prototype;
    prototype.submit_finish = function (result) {
        const [, value] = submitFinish.call(this, result);
        return unbox(value);
    };
    Gio._promisify(prototype, 'submit_async', 'submit_finish');
}

// Worker processes. There a function of JavaScript runs in the thread of its engine, as everywhere.

// The worker of a program that is none itself: it imports what the tasks name.
const WORKER = 'imports.gi.versions.Tf = "1"; imports.system.exit(imports.gi.Tf.worker_run())';

let hasWorkerHook = false;

// The program itself if it has asked, as it is with programs in C.
function workerArgv() {
    return hasWorkerHook ? ['gjs', '-m', imports.system.programPath] : ['gjs', '-c', WORKER];
}

function notPortable(text) {
    return new GLib.Error(Tf.Error, Tf.Error.NOT_PORTABLE, text);
}

function refused(value) {
    return notPortable(`This value cannot travel to another process: ${textOf(value)}`);
}

function isPlainObject(value) {
    return Object.prototype.toString.call(value) === '[object Object]' &&
        [null, 'Object'].includes(Object.getPrototypeOf(value)?.constructor.name ?? null);
}

function toBox(value) {
    return GLib.Variant.new_variant(toVariant(value));
}

function toEntry([key, value]) {
    return GLib.Variant.new_dict_entry(GLib.Variant.new_string(key), toBox(value));
}

function toVariant(value) {
    if (value === undefined || value === null)
        return new GLib.Variant('mv', null);
    // A large array has many of these: the constructors of C do not take a type apart for each.
    if (typeof value === 'boolean')
        return GLib.Variant.new_boolean(value);
    if (typeof value === 'number')
        return isExactInteger(value) ? GLib.Variant.new_int64(value) : GLib.Variant.new_double(value);
    if (typeof value === 'string' && !value.includes('\0') && isWellFormed(value))
        return GLib.Variant.new_string(value);
    if (value instanceof GLib.Variant)
        return value;
    if (value instanceof Uint8Array)
        return GLib.Variant.new_from_bytes(new GLib.VariantType('ay'), new GLib.Bytes(value), true);
    if (Array.isArray(value))
        return GLib.Variant.new_array(new GLib.VariantType('v'), Array.from(value, toBox));
    if (isPlainObject(value))
        return GLib.Variant.new_array(new GLib.VariantType('{sv}'), Object.entries(value).map(toEntry));

    throw refused(value);
}

// For a parameter that is a GValue of a task: what C has a type for goes as that. GJS makes a pointer of null.
function pack(value) {
    if (value === null || value === undefined)
        return newValue(GObject.TYPE_STRING, 'set_string', null);
    if (value instanceof Uint8Array)
        return new GLib.Bytes(value);
    if (Array.isArray(value) || isPlainObject(value))
        return box(toVariant(value));

    const boxed = box(value);
    if (boxed instanceof GObject.Value && GObject.type_is_a(boxed.g_type, JsValue.$gtype))
        throw refused(value);
    return boxed;
}

function fail(task, reason) {
    const parts = partsOfError(reason);
    if (parts !== null) {
        if (task.is_cancelled() && reason.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED))
            task.return_none();
        else
            task.return_new_error(...parts);
        return;
    }

    task.return_failure(...describe(reason), null);
}

// The loop runs until a promise is settled. Functions are not called out of it: GJS forgets an exit in there.
function settled(result) {
    if (!isThenable(result))
        return result;

    let outcome = null;
    result.then(value => {
        outcome = {value};
    }, error => {
        outcome = {error};
    });
    while (outcome === null)
        GLib.MainContext.default().iteration(true);

    if ('error' in outcome)
        throw outcome.error;
    return outcome.value;
}

// Each element is an item, and what a generator returns is the result.
function yieldAll(task, iterator) {
    for (;;) {
        const {value, done} = settled(iterator.next());
        if (done)
            return value;
        if (!task.yield_item(value)) {
            settled(iterator.return?.());
            return undefined;
        }
    }
}

// “js:name” is a function that the worker has given, and “js:file#name” one that a module exports.
function findFunction(reference, functions) {
    const name = reference.replace(/^js:/, '');
    if (Object.hasOwn(functions, name))
        return functions[name];

    const [, file, exported] = /^js:(.+)#([^#]+)$/.exec(reference) ?? [];
    if (file === undefined)
        throw notPortable(`“${reference}” names no function that this worker has, and none of a file: ` +
            'the program asks Tf.worker_requested(), and gives its functions to Tf.worker_run()');

    const func = settled(import(Gio.File.new_for_commandline_arg(file).get_uri()))[exported];
    if (typeof func !== 'function')
        throw notPortable(`“${file}” exports no function “${exported}”`);
    return func;
}

// GJS refuses to print some of the things that can be thrown.
function printError(error) {
    try {
        logError(error);
    } catch {
        logError(new Error(textOf(error)));
    }
}

function call(task, func) {
    const argument = task.get_argument()?.recursiveUnpack();
    const isTuple = task.get_argument()?.get_type_string().startsWith('(');
    const result = settled(func(...isTuple ? argument : [argument]));

    return typeof result?.next === 'function' ? yieldAll(task, result) : result;
}

function runReference(task, reference, functions) {
    try {
        task.return_value(call(task, findFunction(reference, functions)));
    } catch (error) {
        fail(task, error);
    }
}

function addWorkers() {
    const {prototype} = Tf.ProcessContext;

    Object.assign(c, {
        context_init: prototype._init,
        set_argv: prototype.set_argv,
        worker_requested: Tf.worker_requested,
        worker_next: Tf.worker_next,
    });

    prototype._init = function (...args) {
        c.context_init.apply(this, args);
        this.set_argv(null);
    };
    prototype.set_argv = function (argv) {
        c.set_argv.call(this, argv ?? workerArgv());
    };
    Tf.ProcessContext.new = (maxWorkers = 0) => new Tf.ProcessContext({max_workers: maxWorkers});

    Tf.worker_requested = () => {
        hasWorkerHook = true;
        return c.worker_requested();
    };
    // By tasks that are fetched, not by a function that is called: GJS refuses to be called while a collection is
    // sweeping, and in a worker nothing else would end that.
    Tf.worker_run = (functions = {}) => {
        const handler = typeof functions === 'function'
            ? functions
            : (task, reference) => runReference(task, reference, functions);
        let [task, status] = c.worker_next();

        while (task !== null) {
            try {
                handler(task, task.get_reference());
            } catch (error) {
                printError(error); // it may have returned before; if not, the task has no result
            }
            [task, status] = c.worker_next();
        }
        return status;
    };

    const task = Tf.Task.prototype;
    const {report_value: report, yield_value: yieldItem, send_value: send, return_value: returnValue} = task;
    task.report = function (value) {
        return report.call(this, pack(value));
    };
    task.yield_item = function (value) {
        return yieldItem.call(this, pack(value));
    };
    task.send = function (kind, value) {
        return send.call(this, kind, pack(value));
    };
    task.return_value = function (value) {
        if (value === null || value === undefined)
            this.return_none();
        else
            returnValue.call(this, pack(value));
    };

    // A task that calls a function in a worker process: one that the worker has given, or “file#name”.
    Tf.call_task = (func, ...args) => {
        const name = typeof func === 'function' ? func.name : func;
        if (name === '')
            throw notPortable('A function without a name cannot be called in another process');
        const called = Tf.Task.new_for_reference(`js:${name}`, GLib.Variant.new_tuple(args.map(toVariant)));
        called.set_name(name.replace(/^.*#/, ''));
        return called;
    };
}

function _init() {
    Tf = this;
    JsValue = registerJsValue();

    addToFuture();
    addToSets();
    addToPromise();
    useMilliseconds();
    refuseThreads();
    addWorkers();

    Tf.promise = toFuture;
    Tf.spawn = spawn;
    Tf.unbox = unbox;
}
