"""What has to lie among Airflow's DAGs? One that asks what is due, and one that runs a single notebook."""

from pathlib import PurePath
from shlex import join
from typing import Final

from vsm.errors import ParameterError
from vsm.schedule.schedulers_call import Call, cron_expression

_DAG: Final = '''\
"""Reports of vsm: copy this to Airflow's dags folder as {module}.py.

It needs apache-airflow-providers-standard and -papermill, and on the workers vsm and the work folder.
Logins come from the workers' environment (VSM_JIRA_TOKEN). A notebook's parameters are stored in it: none may
be a secret.
"""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.providers.standard.operators.bash import BashOperator

START = datetime(2026, 1, 1)
ONE_AT_A_TIME = {{"start_date": START, "catchup": False, "max_active_runs": 1}}

# Every report of vsm.toml, when its own cron and zone say so. 3: made of data that are partly old.
with DAG({due!r}, schedule={cron!r}, **ONE_AT_A_TIME):
    BashOperator(
        task_id="run_due",
        bash_command={run!r},
        append_env=True,
        execution_timeout=timedelta(minutes={longest}),
    )

# Or one notebook of the suite by itself, with parameters of your own, each Monday at seven.
with DAG({one!r}, schedule="0 7 * * 1", **ONE_AT_A_TIME):
    pull = BashOperator(task_id="pull", bash_command={pull!r}, append_env=True)
    notebook = PapermillOperator(
        task_id="where_does_time_go",
        input_nb={notebook!r},
        output_nb={output!r},
        parameters={{"data_dir": {folder!r}, "since": "{{{{ macros.ds_add(ds, -90) }}}}"}},
        kernel_name="python3",
        execution_timeout=timedelta(minutes=10),
    )
    pull >> notebook
'''


def airflow_dag(call: Call, *, notebook: PurePath) -> str:
    """Which DAG calls it, and how would one notebook run by itself?

    Parameters
    ----------
    call
        What to call, and how often.
    notebook
        A notebook of the suite, as the example.

    Raises
    ------
    ParameterError
        A path holds what Airflow takes for a template.

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> call = Call(("/opt/vsm",), PurePosixPath("/srv/my work"), PurePosixPath("/etc"))
    >>> "/opt/vsm run --due --dir '/srv/my work'" in airflow_dag(call, notebook=PurePosixPath("/a.ipynb"))
    True
    """
    for word in (*call.words, str(notebook)):
        if "{{" in word or "{%" in word or "{#" in word:
            raise ParameterError(f"Airflow would take the path {word} for a template; rename it")
    name = call.name.replace("-", "_")
    return _DAG.format(
        module=name,
        due=call.name,
        one=f"{call.name}-notebook",
        cron=cron_expression(call.every),
        run=f"{join(call.words)} || [ $? -eq 3 ]",
        longest=call.longest,
        pull=join([*call.program, "pull", "--dir", str(call.folder), "--quiet"]),
        notebook=str(notebook),
        output=str(call.folder / "airflow-{{ ds }}.ipynb"),
        folder=str(call.folder),
    ).rstrip("\n")
