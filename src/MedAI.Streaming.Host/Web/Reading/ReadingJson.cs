// How what is read out looks in JSON: one method for each kind of thing, used by lists and by the stream alike.
using System.Text.Json;
using MedAI.Streaming.Adapters.Json;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Reading;

/// <summary>Writers of JSON. A number that is none is null, and so is a text that says nothing.</summary>
internal static class ReadingJson
{
    private static readonly (PointFlags Flag, string Word)[] Flags =
        [.. Enum.GetValues<PointFlags>().Where(flag => flag != PointFlags.None).Select(flag => (flag, EnumWord.Of(flag)))];

    /// <summary>A transition with its place in the order of all.</summary>
    public static void Alert(Utf8JsonWriter json, string cursor, TransitionRecord transition)
    {
        json.WriteStartObject();
        json.WriteString("cursor", cursor);
        Members(json, transition);
        json.WriteEndObject();
    }

    /// <summary>A transition.</summary>
    public static void Transition(Utf8JsonWriter json, TransitionRecord transition)
    {
        json.WriteStartObject();
        Members(json, transition);
        json.WriteEndObject();
    }

    /// <summary>A point of a series.</summary>
    public static void Point(Utf8JsonWriter json, string series, in SeriesPoint point)
    {
        json.WriteStartObject();
        Time(json, "time", point.EventTime);
        json.WriteString("series", series);
        Number(json, "value", point.Value);
        json.WriteStartArray("flags");
        foreach (var (flag, word) in Flags)
        {
            if (point.Flags.HasFlag(flag))
                json.WriteStringValue(word);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>An episode.</summary>
    public static void Episode(Utf8JsonWriter json, EpisodeStanding episode)
    {
        json.WriteStartObject();
        json.WriteString("patient", episode.Opened.Patient);
        json.WriteString("rule", episode.Opened.Rule);
        Time(json, "openedEventTime", episode.Opened.OpenedEventTime);
        json.WriteString("alert", EnumWord.Of(episode.Opened.Alert));
        json.WriteString("state", EnumWord.Of(episode.State));
        json.WriteString("priority", EnumWord.Of(episode.Last.Priority));
        json.WriteString("highestPriority", EnumWord.Of(episode.Highest));
        json.WriteBoolean("indeterminate", episode.Indeterminate);
        json.WriteBoolean("acknowledged", episode.Acknowledged);
        json.WriteNumber("alarmOrdinal", episode.AlarmOrdinal);
        json.WriteNumber("transitions", episode.Transitions);
        json.WritePropertyName("opened");
        Transition(json, episode.Opened);
        json.WritePropertyName("last");
        Transition(json, episode.Last);
        json.WriteEndObject();
    }

    /// <summary>Rejected input.</summary>
    public static void DeadLetter(Utf8JsonWriter json, DeadLetter letter)
    {
        json.WriteStartObject();
        json.WriteNumber("partition", letter.Partition);
        json.WriteNumber("offset", letter.Offset);
        json.WriteNumber("index", letter.Index);
        json.WriteNumber("readings", letter.Readings);
        Text(json, "patient", letter.Patient);
        json.WriteString("reason", letter.Reason);
        json.WriteString("detail", letter.Detail);
        json.WriteEndObject();
    }

    /// <summary>A patient as they stand.</summary>
    public static void Patient(Utf8JsonWriter json, PatientView view)
    {
        json.WriteStartObject();
        json.WriteString("patient", view.Patient);
        Text(json, "ward", view.Ward);
        Text(json, "bed", view.Bed);
        Time(json, "clock", view.Clock);
        Time(json, "arrivalTime", view.ArrivalTime);
        Vitals(json, view.Vitals);
        News2(json, view);
        Number(json, "risk", view.Risk);
        Number(json, "alarmScore", view.AlarmScore);
        Time(json, "riskTime", double.IsNaN(view.Risk) ? long.MinValue : view.RiskTime);
        Episodes(json, view.Episodes);
        json.WriteEndObject();
    }

    private static void Vitals(Utf8JsonWriter json, IReadOnlyList<VitalView> vitals)
    {
        json.WriteStartArray("vitals");
        foreach (var vital in vitals)
        {
            var info = VitalSignCatalogue.Info(vital.Vital);
            json.WriteStartObject();
            json.WriteString("vital", info.Key);
            Number(json, "value", vital.Value);
            json.WriteString("unit", Units.Code(info.Unit));
            Time(json, "time", vital.EventTime);
            json.WriteString("source", EnumWord.Of(vital.Source));
            json.WriteBoolean("stale", vital.Stale);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void News2(Utf8JsonWriter json, PatientView view)
    {
        if (view.News2 is not { } score)
        {
            json.WriteNull("news2");
            return;
        }

        json.WriteStartObject("news2");
        Number(json, "value", score.Value);
        Time(json, "time", view.News2Time);
        json.WriteBoolean("partial", score.Partial);
        json.WriteStartArray("parts");
        foreach (var (part, points) in score.Parts)
        {
            json.WriteStartObject();
            json.WriteString("part", part);
            if (points < 0)
                json.WriteNull("points");
            else
                json.WriteNumber("points", points);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Episodes(Utf8JsonWriter json, IReadOnlyList<EpisodeView> episodes)
    {
        json.WriteStartArray("episodes");
        foreach (var episode in episodes)
        {
            json.WriteStartObject();
            json.WriteString("rule", episode.Rule);
            Time(json, "openedEventTime", episode.OpenedEventTime);
            json.WriteString("alert", EnumWord.Of(episode.Alert));
            json.WriteString("state", EnumWord.Of(episode.Latched ? Domain.Alerts.EpisodeState.Latched : Domain.Alerts.EpisodeState.Open));
            json.WriteString("priority", EnumWord.Of(episode.Priority));
            json.WriteBoolean("indeterminate", episode.Indeterminate);
            json.WriteBoolean("acknowledged", episode.Acknowledged);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Members(Utf8JsonWriter json, TransitionRecord transition)
    {
        json.WriteString("id", transition.Id);
        json.WriteString("patient", transition.Patient);
        json.WriteString("rule", transition.Rule);
        Time(json, "openedEventTime", transition.OpenedEventTime);
        json.WriteNumber("ordinal", transition.Ordinal);
        json.WriteString("kind", EnumWord.Of(transition.Kind));
        json.WriteString("alert", EnumWord.Of(transition.Alert));
        json.WriteString("priority", EnumWord.Of(transition.Priority));
        json.WriteString("reason", EnumWord.Of(transition.Reason));
        Time(json, "eventTime", transition.EventTime);
        Time(json, "arrivalTime", transition.ArrivalTime);
        Number(json, "value", transition.Value);
        Number(json, "threshold", transition.Threshold);
        List(json, "inputs", ReadingIds.Split(transition.Inputs));
        List(json, "missing", transition.Missing.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Text(json, "modelVersion", transition.ModelVersion);
        json.WriteString("text", transition.Text);
        ExplanationJson.Write(json, "explanation", transition.Explanation);
    }

    private static void List(Utf8JsonWriter json, string name, IEnumerable<string> words)
    {
        json.WriteStartArray(name);
        foreach (var word in words)
        {
            json.WriteStringValue(word);
        }

        json.WriteEndArray();
    }

    private static void Time(Utf8JsonWriter json, string name, long time)
    {
        if (JsonTime.IsTime(time))
            json.WriteString(name, JsonTime.Format(time));
        else
            json.WriteNull(name);
    }

    private static void Number(Utf8JsonWriter json, string name, double number)
    {
        if (double.IsFinite(number))
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    private static void Text(Utf8JsonWriter json, string name, string text)
    {
        if (text.Length > 0)
            json.WriteString(name, text);
        else
            json.WriteNull(name);
    }
}
