/** Whose instructions people do replace by others, in letters and manuals; folded, in the languages of the signatures. */
const subjects = [
  'payments?|shipping|shipment|deliver(?:y|ies)|wir(?:e|ing)|install(?:ation)?|assembly|mounting|set.?up|build|washing|cooking|baking',
  'billing|invoic(?:es?|ing)|returns?|refunds?|packing|packaging|mailing|parking|travel|boarding|check.?in|dos(?:age|ing)|booking',
  'tournament|exam|homework|zahlung|ratenzahlung|uberweisung|lieferung|versand|montage|installation|aufbau|ruckgabe|rechnung|bestellung',
  'paiements?|livraison|facturation|expedition|retour|commande|pagos?|envio|entrega|montaje|instalacion|factura(?:cion)?|devolucion|pedido',
  'pagament[oi]|spedizione|consegna|montaggio|installazione|fatturazione|montagem|instalacao|fatura|betaling|levering|verzending',
].join('|');
const directive =
  '(?:instru[ck]t?[a-z]{0,9}|rules?|guidelines?|directions|anweisung(?:en)?|consignes?|regles?|indicaciones|istruzioni)';
const link =
  '(?:for|about|on|of|regarding|concerning|in|zu[rm]?|fur|uber|bezuglich|de|du|des|del|d.|para|sobre|concernant|pour|per|da|do|di|della|voor|over|van)';
const article = '(?:(?:the|your|our|this|my|die|der|das|den|la|le|les|el|los|il|lo|o|a|het|l.) ?)?';

const ofSubject = new RegExp(
  `\\b(?:${subjects})[ -]${directive}|\\b${directive} ${link} ?${article}(?:${subjects})\\b`,
);
/** Right behind: `… anteriores de envio`. */
const followedBySubject = new RegExp(`^[a-z]{0,12}(?: [a-z]{1,12})? ${link} ?${article}(?:${subjects})\\b`);
const and = /^[a-z]{0,12} (?:and|und|et|y|e|en)\b/;
const reach = 60;

/** `ignore the previous payment instructions`: what is to be ignored is about something in the world, not about the model. */
export function isOfTheWorld(text: string, start: number, end: number): boolean {
  const behind = text.slice(end, end + reach);
  return ofSubject.test(text.slice(start, end)) || (!and.test(behind) && followedBySubject.test(behind));
}
