"""Money as integers in a currency's minor unit, and how people write it.

It does not know exchange rates and prices; the codes and minor units are those of ISO 4217 as of 2025.
"""

from firmware.errors import PricingError
from firmware.pricing import ratio

# Minor units that are no hundredth first; the codes of metals and of testing have none and are left out.
_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_TEN_THOUSANDTHS = "CLF UYW"
_HUNDREDTHS = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ "
    "GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD "
    "MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON "
    "RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS "
    "UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)

# Decimal mark, and what parts thousands.
_MARKED = ("en", "de", "fr")
_MARKS = ((".", ","), (",", "."), (",", "\u202f"))


def exponent(currency: str) -> int:
    """Return how many decimals the minor unit has; PricingError for a code that is no active currency."""
    # Codes have three letters, so a match can only be a whole word.
    if isinstance(currency, str) and len(currency) == 3 and " " not in currency:
        for codes, digits in ((_HUNDREDTHS, 2), (_WHOLE, 0), (_THOUSANDTHS, 3), (_TEN_THOUSANDTHS, 4)):
            if currency in codes:
                return digits
    raise PricingError(["%r is no active currency of ISO 4217 (three capital letters)" % (currency,)])


def format_minor(amount_minor: int, currency: str, language: str = "en") -> str:
    """Write an amount as people of a language do: `4.21 EUR`, `4,21 EUR`."""
    return localise(ratio.places(amount_minor, exponent(currency)), language) + " " + currency


def localise(decimal: str, language: str) -> str:
    """Give a plain decimal the separators of a language (en, de, fr); PricingError for another language."""
    if language not in _MARKED:
        raise PricingError(["no separators for the language %r: en, de and fr are known" % (language,)])
    point = decimal.find(".")
    if point < 0:
        point = len(decimal)
    if language == "en" and point <= 3:
        # Written just so already.
        return decimal
    mark, parting = _MARKS[_MARKED.index(language)]
    sign = "-" if decimal.startswith("-") else ""
    whole, fraction = decimal[len(sign) : point], decimal[point:].replace(".", mark)
    grouped = whole[-3:]
    while len(whole) > 3:
        whole = whole[:-3]
        grouped = whole[-3:] + parting + grouped
    return sign + grouped + fraction
