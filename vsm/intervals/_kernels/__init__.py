"""Array kernels, without a word of the domain: what they compute is textbook, and pictures show how.

``arrays`` types and missing values · ``coding`` words as integers · ``runs`` runs of equal rows ·
``grouped_search`` binary search in many timelines at once · ``range_query`` segment tree and minimum over
ranges · ``algebra`` union, intersection and difference of intervals. Only ``vsm.intervals`` imports them;
others take what they need from ``vsm.intervals.codes``.
"""
