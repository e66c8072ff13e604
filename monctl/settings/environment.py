"""Settings that come from the environment."""

from typing import Any

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from monctl.settings.settings import ENVIRONMENT_PREFIX, Settings, VariableInvalid


class _Settings(BaseSettings, Settings):
    """The settings, which the environment may change."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter="__", extra="ignore", title=Settings.__name__
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment comes before the file, whose keys are given as arguments."""
        # only these two: no .env file, no directory of secrets
        return env_settings, init_settings


def settings_with_environment(values: dict[str, Any]) -> Settings:
    """The settings of a file's values, of which the environment takes the place of some or all.

    Raises ValidationError, and VariableInvalid.
    """
    try:
        return _Settings(**values)
    except SettingsError as error:
        raise VariableInvalid(str(error)) from error
