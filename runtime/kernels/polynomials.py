"""Polynomials of the vectorized mathematics; made by tests/golden/make_polynomials.py, not by hand."""
from __future__ import annotations

from typing import Any

import numpy as np

from .primitives import fused_multiply_add, typed

_f = np.float32


@typed
def log(z: Any) -> Any:
    """(log((1 + s) / (1 - s)) / s - 2) / z with z = s**2;
    from 0.0 to 0.029467, within 2**-51.5."""
    p = fused_multiply_add(0.14617807153417325, z, 0.15331611722055008)
    p = fused_multiply_add(p, z, 0.1818289243253687)
    p = fused_multiply_add(p, z, 0.22222211089379496)
    p = fused_multiply_add(p, z, 0.28571428626253836)
    p = fused_multiply_add(p, z, 0.3999999999989889)
    return fused_multiply_add(p, z, 0.666666666666667)


@typed
def log_tail(z: Any) -> Any:
    """((log((1 + s) / (1 - s)) / s - 2) / z - 2/3) / z with z = s**2;
    from 0.0 to 0.029467, within 2**-51.7."""
    p = fused_multiply_add(0.1291471218393509, z, 0.13285868837545742)
    p = fused_multiply_add(p, z, 0.15385577463308145)
    p = fused_multiply_add(p, z, 0.18181808210921882)
    p = fused_multiply_add(p, z, 0.22222222271326808)
    p = fused_multiply_add(p, z, 0.2857142857133801)
    return fused_multiply_add(p, z, 0.4000000000000003)


@typed
def sin(z: Any) -> Any:
    """(sin(x) / x - 1) / z with z = x**2;
    from 0.0 to 0.61691, within 2**-66.2."""
    p = fused_multiply_add(-7.586691094197958e-13, z, 1.6058531516797758e-10)
    p = fused_multiply_add(p, z, -2.5052106231802837e-08)
    p = fused_multiply_add(p, z, 2.7557319219337312e-06)
    p = fused_multiply_add(p, z, -0.00019841269841265063)
    p = fused_multiply_add(p, z, 0.008333333333333331)
    return fused_multiply_add(p, z, -0.16666666666666666)


@typed
def cos(z: Any) -> Any:
    """(cos(x) - 1 + z / 2) / z**2 with z = x**2;
    from 0.0 to 0.61691, within 2**-59.4."""
    p = fused_multiply_add(-1.1382623647474604e-11, z, 2.087614614655861e-09)
    p = fused_multiply_add(p, z, -2.7557317271145144e-07)
    p = fused_multiply_add(p, z, 2.480158729876456e-05)
    p = fused_multiply_add(p, z, -0.0013888888888887398)
    return fused_multiply_add(p, z, 0.041666666666666664)


@typed
def sin_short(z: Any) -> Any:
    """as `sin`, for float32;
    from 0.0 to 0.61691, within 2**-35.0."""
    p = fused_multiply_add(2.7249895230611676e-06, z, -0.000198400864995936)
    p = fused_multiply_add(p, z, 0.008333331874273714)
    return fused_multiply_add(p, z, -0.16666666663854168)


@typed
def cos_short(z: Any) -> Any:
    """as `cos`, for float32;
    from 0.0 to 0.61691, within 2**-28.9."""
    p = fused_multiply_add(2.4547916853691016e-05, z, -0.0013888302919113633)
    return fused_multiply_add(p, z, 0.041666664658901405)


@typed
def asin(z: Any) -> Any:
    """(asin(x) / x - 1) / z with z = x**2;
    from 0.0 to 0.25, within 2**-55.9."""
    p = fused_multiply_add(0.028757851367421566, z, -0.014851887071247204)
    p = fused_multiply_add(p, z, 0.01740087944269402)
    p = fused_multiply_add(p, z, 0.005457506718640358)
    p = fused_multiply_add(p, z, 0.01032281435018578)
    p = fused_multiply_add(p, z, 0.011479177415184906)
    p = fused_multiply_add(p, z, 0.013971212973552933)
    p = fused_multiply_add(p, z, 0.017352392720869973)
    p = fused_multiply_add(p, z, 0.02237217294214989)
    p = fused_multiply_add(p, z, 0.030381944138531247)
    p = fused_multiply_add(p, z, 0.04464285714635543)
    p = fused_multiply_add(p, z, 0.07499999999998433)
    return fused_multiply_add(p, z, 0.16666666666666669)


@typed
def asin_short(z: Any) -> Any:
    """as `asin`, for float32;
    from 0.0 to 0.25, within 2**-27.8."""
    p = fused_multiply_add(_f(0.03369084720283012), z, _f(0.017149238357677253))
    p = fused_multiply_add(p, z, _f(0.03110066273549457))
    p = fused_multiply_add(p, z, _f(0.04459940152851218))
    p = fused_multiply_add(p, z, _f(0.07500094543497424))
    return fused_multiply_add(p, z, _f(0.16666666337430908))


@typed
def atan(z: Any) -> Any:
    """(atan(x) / x - 1) / z with z = x**2;
    from 0.0 to 0.25, within 2**-62.1."""
    p = fused_multiply_add(0.007656295362176976, z, -0.021682234961125823)
    p = fused_multiply_add(p, z, 0.03398634344047341)
    p = fused_multiply_add(p, z, -0.041833386159884724)
    p = fused_multiply_add(p, z, 0.04729953834332562)
    p = fused_multiply_add(p, z, -0.05258718904277028)
    p = fused_multiply_add(p, z, 0.05881913328517996)
    p = fused_multiply_add(p, z, -0.06666636087824868)
    p = fused_multiply_add(p, z, 0.07692306240562284)
    p = fused_multiply_add(p, z, -0.0909090904607358)
    p = fused_multiply_add(p, z, 0.11111111110278944)
    p = fused_multiply_add(p, z, -0.14285714285706202)
    p = fused_multiply_add(p, z, 0.19999999999999968)
    return fused_multiply_add(p, z, -0.3333333333333333)


@typed
def atan_short(z: Any) -> Any:
    """as `atan`, for float32;
    from 0.0 to 0.25, within 2**-32.1."""
    p = fused_multiply_add(_f(-0.032740468968388434), z, _f(0.06691303998756595))
    p = fused_multiply_add(p, z, _f(-0.08932458295316177))
    p = fused_multiply_add(p, z, _f(0.11097799754415337))
    p = fused_multiply_add(p, z, _f(-0.14285172263231363))
    p = fused_multiply_add(p, z, _f(0.1999999162809032))
    return fused_multiply_add(p, z, _f(-0.33333333312024666))


@typed
def sinh(z: Any) -> Any:
    """(sinh(x) / x - 1) / z with z = x**2;
    from 0.0 to 1.0, within 2**-71.7."""
    p = fused_multiply_add(2.8445264169895285e-15, z, 7.646625361656657e-13)
    p = fused_multiply_add(p, z, 1.6059048396350562e-10)
    p = fused_multiply_add(p, z, 2.505210836405804e-08)
    p = fused_multiply_add(p, z, 2.755731922404034e-06)
    p = fused_multiply_add(p, z, 0.00019841269841269773)
    p = fused_multiply_add(p, z, 0.008333333333333333)
    return fused_multiply_add(p, z, 0.16666666666666666)


@typed
def sinh_short(z: Any) -> Any:
    """as `sinh`, for float32;
    from 0.0 to 1.0, within 2**-32.2."""
    p = fused_multiply_add(_f(2.8062802582276946e-06), z, _f(0.00019838101968683888))
    p = fused_multiply_add(p, z, _f(0.00833333967591706))
    return fused_multiply_add(p, z, _f(0.16666666646842135))


@typed
def erf(z: Any) -> Any:
    """erf(x) / x - 1 with z = x**2;
    from 0.0 to 1.0, within 2**-56.9."""
    p = fused_multiply_add(-7.795898827002142e-10, z, 1.3720064546777686e-08)
    p = fused_multiply_add(p, z, -1.6208483801871705e-07)
    p = fused_multiply_add(p, z, 1.6447424703317362e-06)
    p = fused_multiply_add(p, z, -1.492473690741966e-05)
    p = fused_multiply_add(p, z, 0.00012055294904839707)
    p = fused_multiply_add(p, z, -0.0008548325975389692)
    p = fused_multiply_add(p, z, 0.0052239776071164225)
    p = fused_multiply_add(p, z, -0.02686617064323777)
    p = fused_multiply_add(p, z, 0.11283791670945006)
    p = fused_multiply_add(p, z, -0.37612638903183543)
    return fused_multiply_add(p, z, 0.12837916709551256)


@typed
def erfcx(z: Any) -> Any:
    """erfc(x) exp(x**2) (1 + 2x) with z = (x - 3) / (x + 3);
    from -1.0 to 0.81, within 2**-61.9."""
    p = fused_multiply_add(3.622234018082269e-10, z, 1.4478184659169386e-09)
    p = fused_multiply_add(p, z, -4.990965977709584e-10)
    p = fused_multiply_add(p, z, -1.0989156129408182e-08)
    p = fused_multiply_add(p, z, -1.0660912805262274e-08)
    p = fused_multiply_add(p, z, 4.667145271396441e-08)
    p = fused_multiply_add(p, z, 9.915080250231217e-08)
    p = fused_multiply_add(p, z, -1.4709164004466621e-07)
    p = fused_multiply_add(p, z, -6.149254653391505e-07)
    p = fused_multiply_add(p, z, 3.60781041403142e-07)
    p = fused_multiply_add(p, z, 3.4717229324684947e-06)
    p = fused_multiply_add(p, z, -7.333782982263968e-07)
    p = fused_multiply_add(p, z, -2.0100400105752058e-05)
    p = fused_multiply_add(p, z, 4.9500713016161845e-06)
    p = fused_multiply_add(p, z, 0.00012509933226958664)
    p = fused_multiply_add(p, z, -0.00010515991915671667)
    p = fused_multiply_add(p, z, -0.0007798322724449964)
    p = fused_multiply_add(p, z, 0.001888690374124767)
    p = fused_multiply_add(p, z, 0.0025293918164803484)
    p = fused_multiply_add(p, z, -0.023770514919697273)
    p = fused_multiply_add(p, z, 0.06830802734393233)
    p = fused_multiply_add(p, z, -0.1192736634152726)
    p = fused_multiply_add(p, z, 0.12964515870276247)
    p = fused_multiply_add(p, z, -0.04756229435345121)
    p = fused_multiply_add(p, z, -0.1356211061245812)
    return fused_multiply_add(p, z, 1.2530080582697296)


@typed
def erfcx_short(z: Any) -> Any:
    """as `erfcx`, for float32, with z = (x - 2) / (x + 2);
    from -1.0 to 0.68, within 2**-33.4."""
    p = fused_multiply_add(-1.0608671205909194e-05, z, -4.224181002986874e-06)
    p = fused_multiply_add(p, z, 0.00011934409000098158)
    p = fused_multiply_add(p, z, 0.0001970038920614909)
    p = fused_multiply_add(p, z, -0.0004377323503408914)
    p = fused_multiply_add(p, z, -0.0014496233808400912)
    p = fused_multiply_add(p, z, 0.00126698467457388)
    p = fused_multiply_add(p, z, 0.008720587148517417)
    p = fused_multiply_add(p, z, -0.00803343711075979)
    p = fused_multiply_add(p, z, -0.054219746439994)
    p = fused_multiply_add(p, z, 0.1640512450657907)
    p = fused_multiply_add(p, z, -0.16603040882366152)
    p = fused_multiply_add(p, z, -0.0927638259229253)
    return fused_multiply_add(p, z, 1.276978381631011)


@typed
def erfinv_center(z: Any) -> Any:
    """erfinv(x) / x with z = w - 3, w = -log(1 - x**2);
    from 0.0 to 6.0, within 2**-53.0."""
    p = fused_multiply_add(-9.535727879333289e-21, z, -1.669568739098803e-19)
    p = fused_multiply_add(p, z, 2.0076988615638565e-18)
    p = fused_multiply_add(p, z, 7.813585142796021e-18)
    p = fused_multiply_add(p, z, -1.618298200805512e-16)
    p = fused_multiply_add(p, z, 3.390495546246428e-16)
    p = fused_multiply_add(p, z, 6.330296059431081e-15)
    p = fused_multiply_add(p, z, -5.3453823203868285e-14)
    p = fused_multiply_add(p, z, 6.256412280091226e-15)
    p = fused_multiply_add(p, z, 2.7017212257743992e-12)
    p = fused_multiply_add(p, z, -1.732885673295083e-11)
    p = fused_multiply_add(p, z, -3.143505235354348e-11)
    p = fused_multiply_add(p, z, 1.1107984134177573e-09)
    p = fused_multiply_add(p, z, -5.467157945561063e-09)
    p = fused_multiply_add(p, z, -2.3688728188811973e-08)
    p = fused_multiply_add(p, z, 4.4998539698889905e-07)
    p = fused_multiply_add(p, z, -1.7480020945201051e-06)
    p = fused_multiply_add(p, z, -1.2716422617312405e-05)
    p = fused_multiply_add(p, z, 0.000195061324412456)
    p = fused_multiply_add(p, z, -0.00083618177691675)
    p = fused_multiply_add(p, z, -0.005738135221005678)
    p = fused_multiply_add(p, z, 0.24163040416615905)
    return fused_multiply_add(p, z, 1.6235420064648298)


@typed
def erfinv_middle(z: Any) -> Any:
    """erfinv(x) / x with z = sqrt(w) - 3.25;
    from 2.4495 to 4.0, within 2**-50.2."""
    p = fused_multiply_add(9.36420142269052e-09, z, 8.872032813064262e-08)
    p = fused_multiply_add(p, z, -2.931287514924353e-07)
    p = fused_multiply_add(p, z, 2.3172699814719062e-08)
    p = fused_multiply_add(p, z, 1.5214533416085883e-06)
    p = fused_multiply_add(p, z, -4.0187759931908814e-06)
    p = fused_multiply_add(p, z, 2.9129768639241396e-06)
    p = fused_multiply_add(p, z, 1.2477887914441514e-05)
    p = fused_multiply_add(p, z, -4.731483583301865e-05)
    p = fused_multiply_add(p, z, 6.828408000516528e-05)
    p = fused_multiply_add(p, z, 2.4030468927879137e-05)
    p = fused_multiply_add(p, z, -0.00035503739028779947)
    p = fused_multiply_add(p, z, 0.0009532894472404235)
    p = fused_multiply_add(p, z, -0.0016882755675877038)
    p = fused_multiply_add(p, z, 0.002491442092590594)
    p = fused_multiply_add(p, z, -0.003751208507110911)
    p = fused_multiply_add(p, z, 0.005370914553659552)
    p = fused_multiply_add(p, z, 1.005258967694154)
    return fused_multiply_add(p, z, 3.0838856104922203)


@typed
def erfinv_end(z: Any) -> Any:
    """erfinv(x) / x with z = sqrt(w) - 5;
    from 4.0 to 6.2, within 2**-52.9."""
    p = fused_multiply_add(-1.1544864042267898e-11, z, 3.945467189498044e-11)
    p = fused_multiply_add(p, z, 2.8815702667870022e-11)
    p = fused_multiply_add(p, z, -4.2299972402231005e-10)
    p = fused_multiply_add(p, z, 1.394537965183197e-09)
    p = fused_multiply_add(p, z, -3.496836527030489e-09)
    p = fused_multiply_add(p, z, 7.739423464145972e-09)
    p = fused_multiply_add(p, z, -1.5231461534848013e-08)
    p = fused_multiply_add(p, z, 2.9068807206964333e-08)
    p = fused_multiply_add(p, z, -6.756855893020078e-08)
    p = fused_multiply_add(p, z, 2.2903470185325974e-07)
    p = fused_multiply_add(p, z, -9.93025746530271e-07)
    p = fused_multiply_add(p, z, 4.526056221941391e-06)
    p = fused_multiply_add(p, z, -1.96817712606131e-05)
    p = fused_multiply_add(p, z, 7.599527771694851e-05)
    p = fused_multiply_add(p, z, -0.00021503011978976833)
    p = fused_multiply_add(p, z, -0.00013871931836503598)
    p = fused_multiply_add(p, z, 1.0103004648645446)
    return fused_multiply_add(p, z, 4.849906401408584)


@typed
def lgamma(z: Any) -> Any:
    """log(gamma(x)) / ((x - 1) (x - 2)) with z = x - 1.5;
    from 1.0 to 2.0, within 2**-57.5."""
    p = fused_multiply_add(1.1820969445467145e-05, z, -1.8527803997032962e-05)
    p = fused_multiply_add(p, z, 1.3584275459130943e-05)
    p = fused_multiply_add(p, z, -2.148770252062576e-05)
    p = fused_multiply_add(p, z, 4.281642862794779e-05)
    p = fused_multiply_add(p, z, -6.793733027397047e-05)
    p = fused_multiply_add(p, z, 0.00010541715222185904)
    p = fused_multiply_add(p, z, -0.0001685717945035172)
    p = fused_multiply_add(p, z, 0.00027130273545114005)
    p = fused_multiply_add(p, z, -0.00043803516132580534)
    p = fused_multiply_add(p, z, 0.0007115202752051298)
    p = fused_multiply_add(p, z, -0.001164411377219605)
    p = fused_multiply_add(p, z, 0.0019229162321227923)
    p = fused_multiply_add(p, z, -0.0032120742206072908)
    p = fused_multiply_add(p, z, 0.005446457842219553)
    p = fused_multiply_add(p, z, -0.009425622444829649)
    p = fused_multiply_add(p, z, 0.01679709863121395)
    p = fused_multiply_add(p, z, -0.03130848750105327)
    p = fused_multiply_add(p, z, 0.06291140107456485)
    p = fused_multiply_add(p, z, -0.14595989591430594)
    return fused_multiply_add(p, z, 0.4831289505409809)


@typed
def stirling(z: Any) -> Any:
    """x (log(gamma(x)) - (x - 1/2) log(x) + x - log(2 pi) / 2) with z = 1 / x**2;
    from 0.0 to 0.015625, within 2**-66.1."""
    p = fused_multiply_add(-0.020855820837463117, z, 0.0062081367662297935)
    p = fused_multiply_add(p, z, -0.001914965912162907)
    p = fused_multiply_add(p, z, 0.0008417325268022405)
    p = fused_multiply_add(p, z, -0.0005952380234291254)
    p = fused_multiply_add(p, z, 0.0007936507935117282)
    p = fused_multiply_add(p, z, -0.0027777777777776747)
    return fused_multiply_add(p, z, 0.08333333333333333)


@typed
def digamma(z: Any) -> Any:
    """(log(x) - 1 / 2x - digamma(x)) x**2 with z = 1 / x**2;
    from 0.0 to 0.015625, within 2**-62.1."""
    p = fused_multiply_add(-0.299425370626735, z, 0.08002337465397756)
    p = fused_multiply_add(p, z, -0.02105106090804774)
    p = fused_multiply_add(p, z, 0.007575459920369176)
    p = fused_multiply_add(p, z, -0.004166665501516725)
    p = fused_multiply_add(p, z, 0.003968253965999701)
    p = fused_multiply_add(p, z, -0.008333333333331664)
    return fused_multiply_add(p, z, 0.08333333333333333)


@typed
def digamma_root(z: Any) -> Any:
    """digamma(x) / (x - root) with z = x - 1.5;
    from 1.0 to 2.0, within 2**-58.0."""
    p = fused_multiply_add(0.00011881232908510335, z, -0.0001782188548855923)
    p = fused_multiply_add(p, z, 9.653646261410062e-05)
    p = fused_multiply_add(p, z, -0.00014480643368061614)
    p = fused_multiply_add(p, z, 0.00032395945401345196)
    p = fused_multiply_add(p, z, -0.00048595039220036254)
    p = fused_multiply_add(p, z, 0.0006909255761282986)
    p = fused_multiply_add(p, z, -0.0010364584817312839)
    p = fused_multiply_add(p, z, 0.0015633696313653504)
    p = fused_multiply_add(p, z, -0.0023454947397380833)
    p = fused_multiply_add(p, z, 0.003518106563802472)
    p = fused_multiply_add(p, z, -0.005279937255532708)
    p = fused_multiply_add(p, z, 0.007927021796868154)
    p = fused_multiply_add(p, z, -0.011908220105959716)
    p = fused_multiply_add(p, z, 0.017907248317313294)
    p = fused_multiply_add(p, z, -0.026975796659787055)
    p = fused_multiply_add(p, z, 0.040760833940846085)
    p = fused_multiply_add(p, z, -0.06192213327548831)
    p = fused_multiply_add(p, z, 0.09498872445289039)
    p = fused_multiply_add(p, z, -0.14840492305388092)
    p = fused_multiply_add(p, z, 0.24054248424078697)
    p = fused_multiply_add(p, z, -0.4236274212814606)
    return fused_multiply_add(p, z, 0.9510558760318328)
