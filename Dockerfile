# Two images from one file: docker build --target api (the default) and docker build --target trainer.

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS source
WORKDIR /source
COPY . .
RUN dotnet tool restore

FROM source AS build-trainer
RUN dotnet publish src/MnistTrainer -c Release -p:RestoreLockedMode=true -p:Sbom=true -o /app && mkdir /models /data

FROM source AS build-api
RUN dotnet publish src/MnistApi -c Release -p:RestoreLockedMode=true -p:Sbom=true -o /app && mv /app/models /models

FROM mcr.microsoft.com/dotnet/runtime:10.0-noble-chiseled AS trainer
COPY --from=build-trainer /app /app
# a new volume takes over the owner of where it is first mounted, here or at the service's models: the trainer, which isn't root, must be able to write to it
COPY --from=build-trainer --chown=$APP_UID /models /models
COPY --from=build-trainer --chown=$APP_UID /data /data
ENV MNIST_DATA=/data
USER $APP_UID
WORKDIR /models
ENTRYPOINT ["/app/MnistTrainer"]
CMD ["--help"]

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled AS api
WORKDIR /app
COPY --from=build-api /app .
COPY --from=build-api --chown=$APP_UID /models models
USER $APP_UID
# HTTP, and gRPC
EXPOSE 8080 8081
# for balancers: five seconds to notice that a replica goes
ENV Shutdown__GraceSeconds=5
# for log collectors: one JSON object a line, with the request's trace id
ENV Logging__Console__FormatterName=json Logging__Console__FormatterOptions__IncludeScopes=true Logging__Console__FormatterOptions__UseUtcTimestamp=true \
    Logging__Console__FormatterOptions__TimestampFormat=yyyy-MM-ddTHH:mm:ss.fffZ
# the image has neither shell nor curl: the program asks itself
HEALTHCHECK --interval=10s --timeout=2s --start-period=5s CMD ["./MnistApi", "health"]
ENTRYPOINT ["./MnistApi"]
