import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import type { Unsubscribe } from "../../host/contract.js";
import { requestHost } from "../../host/discovery.js";
import { SlnetSession } from "../../session.js";
import { strings } from "../../strings/index.js";
import { themeStyles } from "../theme.styles.js";
import type { AdviceKeeper } from "./advice-keeper.js";
import { Announcer } from "./announcer.js";
import { engineDetails } from "./engine-details.js";
import { FocusKeeper } from "./focus-keeper.js";
import { panelStyles } from "./panel.styles.js";
import { stackSection } from "./stack-section.js";
import { statusSection, statusText } from "./status-section.js";
import { stepNumber } from "./step-number.js";

/**
 * The panel of the plugin: open a stack, train, clean, save. It shows the state of its session and calls its methods.
 *
 * @tagname slnet-panel
 */
export class SlnetPanel extends LitElement {
  /** @internal */
  static override styles = [themeStyles, panelStyles];

  /**
   * What the panel works on. Without one, a panel inside a viewer that answers context requests makes a session of its
   * own there, and ends it when it is taken away.
   */
  @property({ attribute: false }) session: SlnetSession | null = null;

  /** For a session of its own: address of `slnet.worker.js`; default: beside this module. */
  @property({ attribute: "worker-url" }) workerUrl: string | null = null;

  @state() private announcement = "";
  /** Whether the elements that come after the first picture could not be loaded. */
  @state() private partsLost = false;

  /** The session whose inspection was asked for. */
  #inspected: SlnetSession | null = null;
  #unsubscribe: Unsubscribe | null = null;
  #ownSession: SlnetSession | null = null;
  readonly #focus = new FocusKeeper(this);
  #createKeeper: ((session: SlnetSession) => AdviceKeeper) | null = null;
  #keeper: AdviceKeeper | null = null;
  readonly #announcer = new Announcer((text) => (this.announcement = text));

  override connectedCallback(): void {
    super.connectedCallback();
    this.#findViewer();
    this.#subscribe();
    this.#loadParts();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.#keeper?.stop();
    this.#keeper = null;
    this.#announcer.stop();
    this.#ownSession?.dispose();
    if (this.session === this.#ownSession) this.session = null;
    this.#ownSession = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("session")) this.#subscribe();
  }

  override render(): TemplateResult {
    const session = this.session;
    const texts = strings().panel;
    if (!session) return html`<section><p class="muted">${texts.noViewer}</p></section>`;
    const { state } = session;
    return html`
      ${statusSection(session, state)} ${stackSection(session, state, (act) => this.#leaveChoice(act))}
      ${this.partsLost ? html`<p class="message error" role="alert">${texts.partsLost}</p>` : nothing}
      ${this.#viewSection(session)}
      <section aria-labelledby="train-title">
        <h3 id="train-title">${stepNumber(2, state.model !== null)} ${texts.train}</h3>
        <slnet-train-form .session=${session} .state=${state}></slnet-train-form>
      </section>
      <section aria-labelledby="clean-title">
        <h3 id="clean-title">${stepNumber(3, state.result !== null)} ${texts.clean}</h3>
        <slnet-clean-form .session=${session} .state=${state}></slnet-clean-form>
      </section>
      <section aria-labelledby="save-title">
        <h3 id="save-title">${stepNumber(4, state.saved !== null)} ${texts.save}</h3>
        <slnet-save-form .session=${session} .state=${state}></slnet-save-form>
      </section>
      ${state.stack ? this.#inspectSections(session) : nothing}
      <section aria-labelledby="runs-title">
        <h3 id="runs-title">${texts.runs}</h3>
        <slnet-run-history .session=${session}></slnet-run-history>
      </section>
      <section aria-labelledby="queue-title">
        <h3 id="queue-title">${texts.queue}</h3>
        <slnet-queue .session=${session}></slnet-queue>
      </section>
      <section>
        <h3>${texts.engine}</h3>
        ${engineDetails(state.engine)}
      </section>
      <section aria-labelledby="privacy-title">
        <h3 id="privacy-title">${texts.privacy}</h3>
        <slnet-privacy-notes></slnet-privacy-notes>
      </section>
      <div class="visually-hidden" aria-live="polite">${this.announcement}</div>
    `;
  }

  #loadParts(): void {
    this.#use(import("../../define-panel-forms.js"), ({ AdviceKeeper, definePanelForms }) => {
      definePanelForms();
      this.#createKeeper = (session) => new AdviceKeeper(session);
      this.#keepAdvice();
    });
    this.#use(import("../../define-history.js"), ({ defineHistory }) => defineHistory());
  }

  /** Uses a part of the panel once it is loaded. What cannot be loaded costs nothing but itself. */
  #use<Part>(loading: Promise<Part>, use: (part: Part) => void): void {
    loading.then(
      (part) => {
        use(part);
        this.requestUpdate();
      },
      () => (this.partsLost = true),
    );
  }

  /** Follows the session that there is, once what does it is loaded. */
  #keepAdvice(): void {
    this.#keeper?.stop();
    this.#keeper = this.isConnected && this.session ? (this.#createKeeper?.(this.session) ?? null) : null;
  }

  #subscribe(): void {
    this.#unsubscribe?.();
    this.#keepAdvice();
    const { session } = this;
    if (!session) return;
    let wasBusy = false;
    const offState = session.subscribe((state) => {
      const isBusy = state.activity !== "idle";
      if (isBusy && !wasBusy) this.#focus.keep();
      // Once the forms are drawn, with controls that can be used.
      if (!isBusy && wasBusy) requestAnimationFrame(() => this.#focus.restore());
      wasBusy = isBusy;
      this.#announcer.announce(statusText(state));
      this.requestUpdate();
    });
    const offLayers = session.host?.on("layers-changed", () => this.requestUpdate());
    this.#unsubscribe = () => {
      offState();
      offLayers?.();
    };
  }

  #findViewer(): void {
    if (this.session) return;
    const host = requestHost(this);
    if (!host) return;
    this.#ownSession = new SlnetSession({ host, ...(this.workerUrl !== null && { workerUrl: this.workerUrl }) });
    this.session = this.#ownSession;
  }

  /** Frame and contrast, where the viewer has no controls for them. */
  #viewSection({ host }: SlnetSession): TemplateResult | typeof nothing {
    if (!host || host.capabilities.has("controls") || host.layers.list().length === 0) return nothing;
    return html`
      <section aria-labelledby="view-title">
        <h3 id="view-title">${strings().panel.view}</h3>
        <slnet-view-form .host=${host}></slnet-view-form>
      </section>
    `;
  }

  /** They are loaded when there is a stack to look into. */
  #inspectSections(session: SlnetSession): TemplateResult {
    if (this.#inspected !== session) {
      this.#inspected = session;
      const plots = Promise.all([import("../../define-plots.js"), session.inspect()]);
      this.#use(plots, ([{ definePlots }]) => definePlots());
      const localizer = Promise.all([import("../../define-localizer.js"), session.loadLocalizer()]);
      this.#use(localizer, ([{ defineLocalizer }]) => defineLocalizer());
    }
    return html`
      <section aria-labelledby="localize-title">
        <h3 id="localize-title">${strings().panel.localize}</h3>
        <slnet-localizer .localizer=${session.localizer}></slnet-localizer>
      </section>
      <section aria-labelledby="inspect-title">
        <h3 id="inspect-title">${strings().basics.inspectTitle}</h3>
        <slnet-inspector .inspection=${session.inspection}></slnet-inspector>
      </section>
    `;
  }

  /** The form goes away with its buttons: the focus stays in the section, unless the next choice takes it. */
  #leaveChoice(act: () => void): void {
    this.renderRoot.querySelector<HTMLElement>("#stack-title")?.focus();
    act();
  }
}
