def readings(name, is_person=False):
    return []


def spellings(query):
    return []


def initials(reading):
    return "".join(x[0] for x in reading if x)
