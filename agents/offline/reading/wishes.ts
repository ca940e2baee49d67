import { blank } from './text.ts'

const wanted =
  /\b(wheel ?chairs?|disabled|mobility|reduced mobility|stretcher|medical|oxygen|catering|vegetarian|vegan|kosher|halal|gluten|lactose|allerg\w+|meals?|sushi|champagne|wine|coffee|breakfast|lunch|dinner|snacks?|pets?|dogs?|cats?|puppy|animals?|wi-?fi|internet|luggage|baggage|bags|suitcases?|golf|skis?|ski gear|snowboards?|surfboards?|bikes?|bicycles?|instruments?|guitars?|cello|child seats?|car seats?|baby seats?|bassinet|infants?|toddlers?|non-?smoking|smoking|ground transport\w*|transfers?|limo\w*|car service|chauffeur|helicopter|flight attendant|cabin attendant|stewardess|cars?|taxi|sedan|heli-?transfers?|hostess|bedding|beds?|shower|sleep\w*|birthday|anniversary|flowers|quiet|privacy|nda|customs|fbo|de-?ic\w+|nonstop|non-stop|direct flight|no fuel stops?|fuel stop|hangar\w*|security|bodyguards?|vip|new(?:er)? aircraft|year of make|argus|wyvern|is-bao|is-bah|two pilots|flexib\w+|urgent(?:ly)?|asap|as soon as possible|wedding|funeral|honeymoon|super bowl|concert|tournament|gala|runways?|stand[- ]?up|younger than|newer than|built after|pastries|lav(?:atory)?|toilets?|galley|live tv|red[- ]?eye|(?:after|before) dark|daylight|range of \d+|range \d+|espresso|crates?|kennels?|discree?t\w*|quick turn\w*|empty legs?|rollstuhl\w*|vegetarisch\w*|haustier\w*|hunde?|gepäck|skiausrüstung|kindersitz\w*|fauteuil roulant|végétarien\w*|repas|chien|bagages|enfants?|silla de ruedas|vegetarian[oa]|comida|perro|mascota|equipaje)\b|\+ ?\/ ?-|±|\b(?:plus or minus|give or take)\b/iu

/** "no stairs" */
const refusal =
  /^(?:and |but )?(?:no|without|kein(?:e|en)?|ohne|pas de|sans|sin) (?!budget|sorry|actually|oops|return|rush|worries|problem|thanks|thank|wait|hurry|return|idea|preference|one\b|news|need|limit|client|more)\p{L}[\p{L} -]{2,30}$/iu

const lead =
  /^(?:notes?|remarks?|comments?|extras?|special (?:requests?|requirements?|wishes)|wishes) ?: ?|^(?:and|with|plus|also|including|incl\.?|please|mit|und|avec|et|con|y|,|:|-|a|the|some|we|they|he|she|client|the client|there)(?:'d|'s| is| are| will)?\s+|^(?:needs?|needed|wants?|would|like|likes|requires?|has|have|having|bring|brings|bringing|add|be|should|must|get)\s+/i

/** "with a live elephant": an odd wish is a wish too, and so is what is listed behind it. */
const brought =
  /^(?:and |but )?(?:with|plus|including|incl\.?|mit|avec|con) (?:a|an|some|extra|two|three|four|one|several|\d+|ein|eine|einen|un|une|una)\b(?: [\p{L}\p{N}'-]+){1,6}$/iu
const listed =
  /^(?:a|an|some|extra|two|three|four|ein|eine|einen|un|une|una) (?!quotes?|trips?|flights?|jets?|options?|price|proposal|lot|bit|few|couple|while|moment)[\p{L}'-]+(?: [\p{L}'-]+){0,3}$/iu
const separator = new RegExp(
  `[,;.!?\\n(){}]| and (?=\\p{L})| und | plus |${blank}+| for (?=(?:a|the) (?:wedding|funeral|honeymoon|concert|tournament|gala|super bowl))`,
  'u',
)

/** What the client wishes besides the flight, in the words of the text. */
export function readWishes(rest: string): string[] {
  const wishes: string[] = []
  let in_list = false
  for (const part of rest.split(separator).map((one) => one.trim())) {
    const is_wish: boolean =
      wanted.test(part) || refusal.test(part) || brought.test(part) || (in_list && listed.test(part))
    if (is_wish) wishes.push(tidy(part))
    if (part !== '') in_list = is_wish
  }
  return [...new Set(wishes.filter((wish) => wish.length > 2))]
}

function tidy(part: string): string {
  const text = part
    .trim()
    .replace(/[:\-\s]+$/, '')
    .replace(/ (?:and|with|plus|to the \p{Lu}[\p{L} ]+ one)$/u, '')
    .replace(/\b(please|thanks|thank you)$/i, '')
    .trim()
  const shorter = text.replace(lead, '').trim()
  return shorter === text || shorter === '' ? text : tidy(shorter)
}
