// An Angular service for a cwire relay: messages, actions and events as Observables of RxJS. Copy it
// into an app, and `npm install` the package `cwire` (see docs/howto/own-page.md).
//
//   providers: [{ provide: CWIRE_ADDRESS, useValue: { url: "ws://127.0.0.1:8765/ws", protocols: […] } }]
//
//   readonly cwire = inject(CwireService);
//   readonly connection = toSignal(this.cwire.connection$);
//   readonly trace = toSignal(this.cwire.frames$("scope_block", { policy: "latest" }));
//   this.cwire.stream("scan", { points: 100 }).pipe(takeUntilDestroyed()).subscribe(…);

import { Injectable, InjectionToken, type OnDestroy, inject } from "@angular/core";
import { type Address, type Batch, Client, type Driver } from "cwire";
import { Actions, type Progress } from "cwire/actions";
import { BehaviorSubject, Observable, distinctUntilChanged, fromEvent, map } from "rxjs";

/** Where the relay is; a function is asked before every attempt. */
export const CWIRE_ADDRESS = new InjectionToken<Address | (() => Address | Promise<Address>)>(
  "the place of a cwire relay",
);

/** Whether the relay is reached, and why it is not, for people. */
export interface Connection {
  state: Client["state"];
  reason: string;
}

/** What a call says beside its results. */
export interface CallOptions {
  /** Seconds, after which the relay ends the call. */
  deadline?: number;
  /** How far the function is. */
  onprogress?: (progress: Progress) => void;
}

/** The options of a subscription; its message is the argument of `frames$`. */
export type FrameOptions = Omit<Parameters<Client["subscribe"]>[0], "messages">;

/** One connection to a relay, for the whole app. It comes back by itself. */
@Injectable({ providedIn: "root" })
export class CwireService implements OnDestroy {
  readonly client = new Client(inject(CWIRE_ADDRESS));
  readonly actions = new Actions(this.client);

  readonly #connection = new BehaviorSubject<Connection>({ state: "connecting", reason: "" });
  readonly #drivers = new BehaviorSubject<readonly Driver[]>([]);

  /** The connection, now and whenever it changes: `connecting`, `open`, `lost`, `closed`. */
  readonly connection$: Observable<Connection> = this.#connection.pipe(
    distinctUntilChanged((a, b) => a.state === b.state && a.reason === b.reason),
  );
  /** The drivers, with their states and schemas, now and whenever they change. */
  readonly drivers$: Observable<readonly Driver[]> = this.#drivers.asObservable();

  constructor() {
    const { client } = this;
    client.addEventListener("state", () =>
      this.#connection.next({ state: client.state, reason: client.reason }),
    );
    client.addEventListener("drivers", () => this.#drivers.next([...client.drivers.values()]));
  }

  /**
   * The batches of a message: each subscription to the Observable is one at the relay, which goes on
   * when the connection is back. It fails if the relay does not have the message, and completes when
   * the client is closed.
   */
  frames$(message: string, options: FrameOptions = {}): Observable<Batch> {
    return new Observable((subscriber) => {
      const wanted = { ...options, messages: [message] };
      const subscription = this.client.subscribe(wanted, {
        onbatch: (batch) => subscriber.next(batch),
        onerror: (error) => subscriber.error(error),
      });
      subscriber.add(() => subscription.close());
      subscriber.add(
        this.#connection.subscribe(({ state }) => {
          if (state === "closed") subscriber.complete();
        }),
      );
    });
  }

  /**
   * Calls an action for each subscription; gives what it comes to. Unsubscribing cancels the call. It
   * fails with `ActionError`, or with `NotConnected`.
   */
  call<T = any>(action: string, args: object = {}, options: CallOptions = {}): Observable<T> {
    return new Observable((subscriber) => {
      const abort = new AbortController();
      subscriber.add(() => abort.abort());
      this.actions.call(action, args, { ...options, signal: abort.signal }).then(
        (value) => {
          subscriber.next(value);
          subscriber.complete();
        },
        (error) => subscriber.error(error), // after unsubscribing it goes nowhere
      );
    });
  }

  /**
   * The same with what the function sends, as it comes. What it returns at its end is left out: `call`
   * has it.
   */
  stream<T = any>(action: string, args: object = {}, options: CallOptions = {}): Observable<T> {
    return new Observable((subscriber) => {
      const abort = new AbortController();
      subscriber.add(() => abort.abort());
      const results = this.actions.stream(action, args, { ...options, signal: abort.signal });
      const take = async () => {
        for await (const result of results) subscriber.next(result);
        subscriber.complete();
      };
      take().catch((error) => subscriber.error(error));
    });
  }

  /** What the relay's background processes say under a name. */
  events$<T = any>(name: string): Observable<T> {
    return fromEvent<CustomEvent<T>>(this.actions, name).pipe(map(({ detail }) => detail));
  }

  ngOnDestroy(): void {
    this.client.close();
  }
}
