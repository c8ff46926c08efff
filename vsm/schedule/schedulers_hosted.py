"""What has to stand in a repository at GitHub or GitLab, whose machines forget everything between two runs?

There, the work folder lies in the repository: ``vsm.toml`` is committed, archive and site lie in a cache. So
its name counts, and no path of this machine does.
"""

import json
from typing import Final

from vsm.errors import ParameterError
from vsm.schedule.schedulers_call import Call, cron_expression

_FEWEST_AT_GITHUB: Final = 5
_LONGEST_AT_GITHUB: Final = 360
_OFFSET: Final = 7
_GITHUB: Final = """\
# .github/workflows/vsm.yml in a PRIVATE repository that holds {name}/vsm.toml.
# Whoever can read the repository can read its caches, and with them all that was pulled.
# Settings > Secrets and variables > Actions, variables: VSM_PACKAGE (what pip is to install, such as the
# address of a wheel), VSM_JIRA_URL, VSM_JIRA_PROJECT; secrets: VSM_JIRA_TOKEN, and VSM_JIRA_EMAIL for Cloud.
name: vsm
on:
  schedule:
    # Off the hour, when fewer jobs wait. When a report is made, its cron and zone in vsm.toml say; each call
    # takes a minute of Actions, also when nothing is due: choose --every 60 or more where they are scarce.
    - cron: {cron}
  workflow_dispatch: {{}}
permissions:
  contents: read
concurrency:
  group: vsm
  cancel-in-progress: false
env:
  WORK: {folder}
jobs:
  reports:
    runs-on: ubuntu-latest
    timeout-minutes: {longest}
    steps:
      - uses: actions/checkout@v5
        with:
          fetch-depth: 0  # a pull of Git refuses a shallow clone
      - uses: actions/setup-python@v6
        with:
          python-version: "3.13"
      - name: Install vsm
        env:
          VSM_PACKAGE: ${{{{ vars.VSM_PACKAGE }}}}
        run: pip install "$VSM_PACKAGE"
      - uses: actions/cache/restore@v4
        with:
          path: |
            ${{{{ env.WORK }}}}/archive
            ${{{{ env.WORK }}}}/site
          key: vsm-${{{{ github.run_id }}}}-${{{{ github.run_attempt }}}}
          restore-keys: vsm-
      - name: Make what is due
        env:
          VSM_JIRA_EMAIL: ${{{{ secrets.VSM_JIRA_EMAIL }}}}
          VSM_JIRA_TOKEN: ${{{{ secrets.VSM_JIRA_TOKEN }}}}
          VSM_JIRA_URL: ${{{{ vars.VSM_JIRA_URL }}}}
          VSM_JIRA_PROJECT: ${{{{ vars.VSM_JIRA_PROJECT }}}}
        run: |
          if [ ! -f "$WORK/archive/archive.sqlite" ]; then
            vsm pull --dir "$WORK" jira --url "$VSM_JIRA_URL" --project "$VSM_JIRA_PROJECT"
          fi
          vsm run --due --dir "$WORK" || [ $? -eq 3 ]  # 3: made of data that are partly old
      - uses: actions/cache/save@v4
        if: always()
        with:
          path: |
            ${{{{ env.WORK }}}}/archive
            ${{{{ env.WORK }}}}/site
          key: vsm-${{{{ github.run_id }}}}-${{{{ github.run_attempt }}}}
      # Readable by those who can read the repository. For Pages take actions/upload-pages-artifact@v4 and
      # actions/deploy-pages@v4 instead; mind that Pages of a private repository may be public.
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: reports
          path: ${{{{ env.WORK }}}}/site
          if-no-files-found: ignore
          retention-days: 30
"""
_GITLAB: Final = """\
# A job for .gitlab-ci.yml of a PRIVATE project that holds {name}/vsm.toml.
# Build > Pipeline schedules: make one with the interval pattern  {cron}
# When a report is made, its cron and zone in vsm.toml say; each call takes a minute of your
# runners, also when nothing is due: choose --every 60 or more where they are scarce.
# Settings > CI/CD, variables: VSM_PACKAGE (what pip is to install, such as the address of a wheel),
# VSM_JIRA_URL, VSM_JIRA_PROJECT; masked: VSM_JIRA_TOKEN, and VSM_JIRA_EMAIL for Cloud.
reports:
  image: python:3.13
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
  resource_group: vsm  # one at a time
  interruptible: false
  timeout: {longest} minutes
  variables:
    WORK: {folder}
    GIT_DEPTH: "0"  # a pull of Git refuses a shallow clone
  cache:
    key: vsm
    when: always
    paths:
      - {archive}
      - {site}
  script:
    - pip install "$VSM_PACKAGE"
    - |
      if [ ! -f "$WORK/archive/archive.sqlite" ]; then
        vsm pull --dir "$WORK" jira --url "$VSM_JIRA_URL" --project "$VSM_JIRA_PROJECT"
      fi
    - vsm run --due --dir "$WORK"
  allow_failure:
    exit_codes: [3]  # made of data that are partly old
  artifacts:
    when: always
    expire_in: 30 days
    paths:
      - {site}
"""


def github_workflow(call: Call) -> str:
    """Which workflow calls it at GitHub?

    Raises
    ------
    ParameterError
        It is to be called more often than GitHub does.

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> call = Call(("/opt/vsm",), PurePosixPath("/work"), PurePosixPath("/etc"), every=1)
    >>> github_workflow(call)
    Traceback (most recent call last):
    ...
    vsm.errors.ParameterError: GitHub starts nothing more often than every 5 minutes; choose --every 5 or more
    """
    if call.every < _FEWEST_AT_GITHUB:
        raise ParameterError(
            f"GitHub starts nothing more often than every {_FEWEST_AT_GITHUB} minutes; "
            f"choose --every {_FEWEST_AT_GITHUB} or more"
        )
    name = _name(call)
    return _GITHUB.format(
        cron=_text(_off_the_hour(call.every)),
        name=name,
        folder=_text(name),
        longest=min(_LONGEST_AT_GITHUB, call.longest),
    ).rstrip("\n")


def gitlab_job(call: Call) -> str:
    """Which job calls it at GitLab?

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> call = Call(("/opt/vsm",), PurePosixPath("/srv/work"), PurePosixPath("/etc"))
    >>> [line for line in gitlab_job(call).splitlines() if "pattern" in line]
    ['# Build > Pipeline schedules: make one with the interval pattern  7-59/15 * * * *']
    """
    name = _name(call)
    return _GITLAB.format(
        cron=_off_the_hour(call.every),
        name=name,
        folder=_text(name),
        archive=_text(f"{name}/archive"),
        site=_text(f"{name}/site"),
        longest=call.longest,
    ).rstrip("\n")


def _off_the_hour(every: int) -> str:
    return cron_expression(every, offset=min(_OFFSET, every // 2))


def _name(call: Call) -> str:
    """Say where the folder lies in the repository, or refuse a name that would be read as something else."""
    name = call.folder.name
    if not name or set("$*?[]{}\\") & set(name):
        raise ParameterError(
            f"'{name}' cannot name a folder there: no $, *, ?, brackets or braces; rename it"
        )
    return name


def _text(words: str) -> str:
    """Quote for YAML: a text of JSON is one of YAML."""
    return json.dumps(words, ensure_ascii=False)
