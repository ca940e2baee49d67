export type Language = 'en' | 'de' | 'fr' | 'es'

const signs: Record<Language, RegExp> = {
  en: /\b(the|to|from|for|on|and|with|need|back|please|they|people|tomorrow|next|is|what|which)\b/giu,
  de: /(?<!\p{L})(von|nach|für|und|am|mit|zurück|morgen|nächsten?|personen|flug|bitte|wir|brauchen?|ich|ein|eine|einen|hin|leute|übermorgen|kunde|uhr|ab|der|die|das|ist)(?!\p{L})/giu,
  fr: /(?<!\p{L})(de|pour|le|la|les|un|une|vol|demain|retour|personnes|passagers|et|avec|à|prochain|besoin|client|nous|je|du|au|est|heures)(?!\p{L})/giu,
  es: /(?<!\p{L})(de|para|el|la|los|un|una|vuelo|mañana|vuelta|personas|pasajeros|y|con|a|próximo|necesito|cliente|desde|hasta|viernes|lunes|al|es)(?!\p{L})/giu,
}

/** The language with the most of its small words in the text; English unless another one leads with `least` words or more. */
export function detectLanguage(text: string, least = 2): Language {
  const scores = (Object.keys(signs) as Language[]).map((language) => ({
    language,
    // "de", "la" and "a" are common to several, and LA and DE are also places: a word in capitals says nothing.
    score: [...text.matchAll(signs[language])]
      .filter(([word]) => word.length === 1 || word !== word.toUpperCase())
      .filter(([word]) => least > 1 || word.length > 1).length,
  }))
  const english = scores[0]?.score ?? 0
  const best = scores.toSorted((a, b) => b.score - a.score)[0]
  return best && best.score > english && best.score >= least ? best.language : 'en'
}
