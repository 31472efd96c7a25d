"""Polynomials of the vectorized mathematics; made by tests/golden/make_polynomials.py, not by hand."""
from __future__ import annotations

from typing import Any

import numpy as np

from ..compiling.primitives import fused_multiply_add, typed

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
def log_wide(z: Any) -> Any:
    """as `log`;
    from 0.0 to 0.0402, within 2**-55.1."""
    p = fused_multiply_add(0.1361404704104133, z, 0.13209054081804986)
    p = fused_multiply_add(p, z, 0.15388901113689124)
    p = fused_multiply_add(p, z, 0.181817367912974)
    p = fused_multiply_add(p, z, 0.2222222305900626)
    p = fused_multiply_add(p, z, 0.2857142856721186)
    p = fused_multiply_add(p, z, 0.40000000000008085)
    return fused_multiply_add(p, z, 0.6666666666666666)


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
    p = fused_multiply_add(_f(0.03369084745645523), z, _f(0.017149237915873528))
    p = fused_multiply_add(p, z, _f(0.031100662425160408))
    p = fused_multiply_add(p, z, _f(0.04459940269589424))
    p = fused_multiply_add(p, z, _f(0.07500094175338745))
    return fused_multiply_add(p, z, _f(0.1666666567325592))


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
    p = fused_multiply_add(_f(-0.03274047002196312), z, _f(0.06691303849220276))
    p = fused_multiply_add(p, z, _f(-0.08932458609342575))
    p = fused_multiply_add(p, z, _f(0.11097799986600876))
    p = fused_multiply_add(p, z, _f(-0.14285172522068024))
    p = fused_multiply_add(p, z, _f(0.19999991357326508))
    return fused_multiply_add(p, z, _f(-0.3333333432674408))


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
    p = fused_multiply_add(_f(2.806280235745362e-06), z, _f(0.00019838102161884308))
    p = fused_multiply_add(p, z, _f(0.008333339355885983))
    return fused_multiply_add(p, z, _f(0.1666666716337204))


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


@typed
def exp2_short(z: Any) -> Any:
    """(2**z - 1) / z, for float32;
    from -0.5 to 0.5, within 2**-27.0."""
    p = fused_multiply_add(_f(0.0001546973508084193), z, _f(0.0013390866806730628))
    p = fused_multiply_add(p, z, _f(0.009618030861020088))
    p = fused_multiply_add(p, z, _f(0.055503569543361664))
    p = fused_multiply_add(p, z, _f(0.24022650718688965))
    return fused_multiply_add(p, z, _f(0.6931471824645996))


@typed
def exp2(z: Any) -> Any:
    """(2**z - 1) / z;
    from -0.5 to 0.5, within 2**-62.4."""
    p = fused_multiply_add(2.5737813502097133e-11, z, 4.4558181534903144e-10)
    p = fused_multiply_add(p, z, 7.0548914678111154e-09)
    p = fused_multiply_add(p, z, 1.0178057086201744e-07)
    p = fused_multiply_add(p, z, 1.3215486823296216e-06)
    p = fused_multiply_add(p, z, 1.5252733841560124e-05)
    p = fused_multiply_add(p, z, 0.00015403530393354775)
    p = fused_multiply_add(p, z, 0.0013333558146406469)
    p = fused_multiply_add(p, z, 0.009618129107628487)
    p = fused_multiply_add(p, z, 0.055504108664821625)
    p = fused_multiply_add(p, z, 0.24022650695910072)
    return fused_multiply_add(p, z, 0.6931471805599453)


@typed
def exp2_middle(z: Any) -> Any:
    """as `exp2`, for float32 in float64;
    from -0.5 to 0.5, within 2**-32.5."""
    p = fused_multiply_add(1.5310077118028344e-05, z, 0.00015461447202277636)
    p = fused_multiply_add(p, z, 0.0013333454565021034)
    p = fused_multiply_add(p, z, 0.009618056670891046)
    p = fused_multiply_add(p, z, 0.0555041092873716)
    p = fused_multiply_add(p, z, 0.24022650922333813)
    return fused_multiply_add(p, z, 0.6931471805537183)


@typed
def exp(z: Any) -> Any:
    """(e**z - 1 - z - z**2 / 2) / z**3;
    from -0.34692 to 0.34692, within 2**-56.8."""
    p = fused_multiply_add(2.0918212752506956e-09, z, 2.510047389245446e-08)
    p = fused_multiply_add(p, z, 2.755726411628982e-07)
    p = fused_multiply_add(p, z, 2.7557268273567713e-06)
    p = fused_multiply_add(p, z, 2.480158733412832e-05)
    p = fused_multiply_add(p, z, 0.00019841269863174067)
    p = fused_multiply_add(p, z, 0.0013888888888880886)
    p = fused_multiply_add(p, z, 0.008333333333330037)
    p = fused_multiply_add(p, z, 0.04166666666666667)
    return fused_multiply_add(p, z, 0.16666666666666669)


@typed
def atanh_short(z: Any) -> Any:
    """(atanh(x) / x - 1) / z with z = x**2, for float32;
    from 0.0 to 0.25, within 2**-29.3."""
    p = fused_multiply_add(_f(0.17677675187587738), z, _f(0.05131412297487259))
    p = fused_multiply_add(p, z, _f(0.1182422935962677))
    p = fused_multiply_add(p, z, _f(0.14222827553749084))
    p = fused_multiply_add(p, z, _f(0.2000250369310379))
    return fused_multiply_add(p, z, _f(0.33333301544189453))


@typed
def log_short(z: Any) -> Any:
    """as `log`, for float32 in float64;
    from 0.0 to 0.029467, within 2**-36.6."""
    p = fused_multiply_add(0.23580526848612698, z, 0.2853742278689168)
    p = fused_multiply_add(p, z, 0.4000033273692323)
    return fused_multiply_add(p, z, 0.66666665661133)


@typed
def gelu_short(z: Any) -> Any:
    """log2(erfc(z / sqrt(2)) / 2), weighted by exp(-z**2 / 4) or 2e-4, for float32;
    from 0.0 to 9.0, within 2**-24.4."""
    square = z * z
    fourth = square * square
    p0 = fused_multiply_add(_f(-1.1511064767837524), z, _f(-0.9999999403953552))
    p0 = fused_multiply_add(fused_multiply_add(_f(-0.05248909816145897), z, _f(-0.4592036306858063)), square, p0)
    p1 = fused_multiply_add(_f(-4.2094219679711387e-05), z, _f(0.007009440567344427))
    p1 = fused_multiply_add(fused_multiply_add(_f(7.521569932578132e-05), z, _f(-0.0002656716969795525)), square, p1)
    p2 = fused_multiply_add(_f(1.0738536957433098e-06), z, _f(-1.1582005754462443e-05))
    p2 = fused_multiply_add(fused_multiply_add(_f(1.2569740803769491e-09), z, _f(-5.5954547661940524e-08)), square, p2)
    p = fused_multiply_add(p2, fourth, p1)
    return fused_multiply_add(p, fourth, p0)


@typed
def erfc_power(z: Any) -> Any:
    """log(erfc(z + 1)), weighted by erfc(z + 1);
    from 0.0 to 4.93, within 2**-57.1."""
    p = fused_multiply_add(-4.8649549596894174e-12, z, 1.1932461974099505e-10)
    p = fused_multiply_add(p, z, -1.3190919171655415e-09)
    p = fused_multiply_add(p, z, 8.518714135732909e-09)
    p = fused_multiply_add(p, z, -3.3391050023828526e-08)
    p = fused_multiply_add(p, z, 5.8011044263552214e-08)
    p = fused_multiply_add(p, z, 2.0481305258317435e-07)
    p = fused_multiply_add(p, z, -2.131941649964846e-06)
    p = fused_multiply_add(p, z, 9.671379351879978e-06)
    p = fused_multiply_add(p, z, -2.719897511765189e-05)
    p = fused_multiply_add(p, z, 2.629632878837586e-05)
    p = fused_multiply_add(p, z, 0.00023731643378738175)
    p = fused_multiply_add(p, z, -0.001977901215469994)
    p = fused_multiply_add(p, z, 0.010033825179055083)
    p = fused_multiply_add(p, z, -0.041561098025073)
    p = fused_multiply_add(p, z, -0.843107256359413)
    p = fused_multiply_add(p, z, -2.6389675142347757)
    return fused_multiply_add(p, z, -1.8496055099332482)


@typed
def lgamma_middle(z: Any) -> Any:
    """as `lgamma`, for float32 in float64;
    from -0.5 to 0.5, within 2**-31.6."""
    p = fused_multiply_add(0.0009839718255789842, z, -0.0015254594691668248)
    p = fused_multiply_add(p, z, 0.0018332744445208804)
    p = fused_multiply_add(p, z, -0.003116436157579104)
    p = fused_multiply_add(p, z, 0.005459765715497771)
    p = fused_multiply_add(p, z, -0.009436390189073966)
    p = fused_multiply_add(p, z, 0.016796203612453355)
    p = fused_multiply_add(p, z, -0.031307998317709355)
    p = fused_multiply_add(p, z, 0.06291142339206042)
    p = fused_multiply_add(p, z, -0.14595990210136686)
    return fused_multiply_add(p, z, 0.4831289504486171)


@typed
def stirling_middle(z: Any) -> Any:
    """as `stirling`, for float32 in float64;
    from 0.0 to 0.015625, within 2**-41.3."""
    p = fused_multiply_add(-0.0005701974642661699, z, 0.0007934105133669451)
    p = fused_multiply_add(p, z, -0.0027777770345259857)
    return fused_multiply_add(p, z, 0.08333333333297349)


@typed
def erfcx_single(z: Any) -> Any:
    """as `erfcx`, for float32, with z = (x - 2) / (x + 2);
    from -1.0 to 0.68, within 2**-25.7."""
    p = fused_multiply_add(_f(-0.0003963398339692503), z, _f(-0.0012232024455443025))
    p = fused_multiply_add(p, z, _f(0.0013122782111167908))
    p = fused_multiply_add(p, z, _f(0.008626249618828297))
    p = fused_multiply_add(p, z, _f(-0.008060513995587826))
    p = fused_multiply_add(p, z, _f(-0.054202936589717865))
    p = fused_multiply_add(p, z, _f(0.16405555605888367))
    p = fused_multiply_add(p, z, _f(-0.16603153944015503))
    p = fused_multiply_add(p, z, _f(-0.0927639901638031))
    return fused_multiply_add(p, z, _f(1.2769783735275269))


@typed
def erfinv_center_short(z: Any) -> Any:
    """erfinv(x) / x with z = w - 2.5, w = -log(1 - x**2), for float32;
    from -2.5 to 2.5, within 2**-26.7."""
    p = fused_multiply_add(_f(-8.590417266418626e-09), z, _f(2.3184318465041542e-08))
    p = fused_multiply_add(p, z, _f(4.6338121251210396e-07))
    p = fused_multiply_add(p, z, _f(-3.4621152735780925e-06))
    p = fused_multiply_add(p, z, _f(-4.950466063746717e-06))
    p = fused_multiply_add(p, z, _f(0.00021834221843164414))
    p = fused_multiply_add(p, z, _f(-0.001252763788215816))
    p = fused_multiply_add(p, z, _f(-0.004177384078502655))
    p = fused_multiply_add(p, z, _f(0.24664029479026794))
    return fused_multiply_add(p, z, _f(1.5014094114303589))


@typed
def erfinv_end_short(z: Any) -> Any:
    """erfinv(x) / x with z = sqrt(w) - 3, for float32;
    from -0.76393 to 1.0866, within 2**-25.0."""
    p = fused_multiply_add(_f(0.00011134484520880505), z, _f(-0.00030325542320497334))
    p = fused_multiply_add(p, z, _f(-5.2505482017295435e-05))
    p = fused_multiply_add(p, z, _f(0.001477228943258524))
    p = fused_multiply_add(p, z, _f(-0.003598549636080861))
    p = fused_multiply_add(p, z, _f(0.00569008057937026))
    p = fused_multiply_add(p, z, _f(-0.007637222297489643))
    p = fused_multiply_add(p, z, _f(0.009444888681173325))
    p = fused_multiply_add(p, z, _f(1.001675009727478))
    return fused_multiply_add(p, z, _f(2.832976818084717))
