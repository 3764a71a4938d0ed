import { noChange } from "lit";
import { Directive, directive, type ElementPart } from "lit/directive.js";

/** Where an element lies, each as in CSS. */
export type PlaceStyles = Partial<Pick<CSSStyleDeclaration, "left" | "right" | "top" | "maxWidth">>;

/** Sets styles by script, which a security policy without `unsafe-inline` allows; `styleMap` begins with an attribute. */
class PlacedDirective extends Directive {
  override render(_styles: PlaceStyles): typeof noChange {
    return noChange;
  }

  override update(part: ElementPart, [styles]: [PlaceStyles]): typeof noChange {
    Object.assign((part.element as HTMLElement).style, styles);
    return noChange;
  }
}

export const placed = directive(PlacedDirective);
