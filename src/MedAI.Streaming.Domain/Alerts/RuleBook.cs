// The rules in force, numbered once, so that hot state can hold them by index.
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Alerts;

/// <summary>A rule as the rest of the house knows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">Physiological or technical.</param>
public readonly record struct RuleInfo(string Id, AlertKind Kind);

/// <summary>The limits of one profile: what holds for a patient after ward and patient had their say.</summary>
public sealed class RuleProfile
{
    private readonly LimitRule[] _limits;
    private readonly int[][] _byVital;
    private readonly double[] _quietLow = new double[VitalSignCatalogue.Count];
    private readonly double[] _quietHigh = new double[VitalSignCatalogue.Count];

    internal RuleProfile(LimitRule[] limits)
    {
        _limits = limits;
        _byVital = new int[VitalSignCatalogue.Count][];
        for (var v = 0; v < VitalSignCatalogue.Count; v++)
        {
            _byVital[v] = [.. Enumerable.Range(0, limits.Length).Where(i => limits[i].Enabled && (int)limits[i].Vital == v)];
            _quietLow[v] = double.NegativeInfinity;
            _quietHigh[v] = double.PositiveInfinity;
            foreach (var i in _byVital[v])
            {
                var first = limits[i].Levels[0].Threshold;
                if (limits[i].Side == LimitSide.Above)
                {
                    _quietHigh[v] = Math.Min(_quietHigh[v], first);
                }
                else
                {
                    _quietLow[v] = Math.Max(_quietLow[v], first);
                }
            }
        }
    }

    /// <summary>The limit rule of an index; it may be out of force.</summary>
    public LimitRule Limit(int index) => _limits[index];

    /// <summary>Indices of the limit rules in force on a vital sign.</summary>
    public ReadOnlySpan<int> LimitsOf(int vital) => _byVital[vital];

    /// <summary>Whether a value is beyond no level of any rule, so that a patient without open episodes needs no closer look.</summary>
    public bool IsQuiet(int vital, double value) => value >= _quietLow[vital] && value <= _quietHigh[vital];
}

/// <summary>
/// All rules of a site: limits first (by id), then scores, then technical rules. The index of a rule is its place in
/// <see cref="Rules"/>; it depends on the settings only.
/// </summary>
public sealed class RuleBook
{
    private readonly List<RuleInfo> _rules = [];
    private readonly RuleProfile _site;
    private readonly Dictionary<string, RuleProfile> _wards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, RuleProfile>> _patients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _byId = new(StringComparer.Ordinal);
    private readonly int _contact;
    private readonly int _gap;
    private readonly int _clock;
    private readonly int _signal;

    /// <summary>Numbers the rules of the settings.</summary>
    public RuleBook(MonitorSettings settings)
    {
        Settings = settings;
        var limits = settings.Limits.OrderBy(l => l.Id, StringComparer.Ordinal).ToArray();
        LimitCount = limits.Length;
        _rules.AddRange(limits.Select(l => new RuleInfo(l.Id, AlertKind.Physiological)));
        Scores = [settings.News2, settings.Mews, settings.QSofa, settings.ShockIndex];
        _rules.AddRange(Scores.Select(s => new RuleInfo(s.Id, AlertKind.Physiological)));
        Model = settings.Model is { } model ? Add(model.Id, AlertKind.Physiological) : -1;
        _contact = AddBySource("technical.contact");
        _gap = AddBySource("technical.gap");
        _clock = AddBySource("technical.clock");
        _signal = _rules.Count;
        for (var v = 0; v < VitalSignCatalogue.SignalCount; v++)
        {
            Add($"technical.signal.{VitalSignCatalogue.Info((VitalSign)v).Key}", AlertKind.Technical);
        }

        ModelSilent = Add("technical.model", AlertKind.Technical);
        StaleInputs = Add("technical.stale_inputs", AlertKind.Technical);
        for (var i = 0; i < _rules.Count; i++)
        {
            _byId.Add(_rules[i].Id, i);
        }

        _site = new RuleProfile(limits);
        AddProfiles(settings, limits);
    }

    /// <summary>The settings the rules come from.</summary>
    public MonitorSettings Settings { get; }

    /// <summary>All rules by index.</summary>
    public IReadOnlyList<RuleInfo> Rules => _rules;

    /// <summary>The number of limit rules, which have the indices from 0.</summary>
    public int LimitCount { get; }

    /// <summary>The rules on clinical scores, in the order of <see cref="Domain.Scores.ScoreKind"/>; rule indices follow the limits'.</summary>
    public IReadOnlyList<ScoreRule> Scores { get; }

    /// <summary>Index of the rule on the model's risk, or -1.</summary>
    public int Model { get; }

    /// <summary>Index of the rule that says the model is silent.</summary>
    public int ModelSilent { get; }

    /// <summary>Index of the rule that says inputs of a score under an open episode are stale.</summary>
    public int StaleInputs { get; }

    /// <summary>Index of the rule on a clinical score.</summary>
    public int Score(int kind) => LimitCount + kind;

    /// <summary>Index of the rule on contact with sources of a class.</summary>
    public int Contact(SourceClass source) => _contact + (int)source;

    /// <summary>Index of the rule on sequence gaps of sources of a class.</summary>
    public int Gap(SourceClass source) => _gap + (int)source;

    /// <summary>Index of the rule on the clocks of sources of a class.</summary>
    public int Clock(SourceClass source) => _clock + (int)source;

    /// <summary>Index of the rule on the signal of a vital sign.</summary>
    public int Signal(int vital) => _signal + vital;

    /// <summary>Index of a rule by id, or -1.</summary>
    public int IndexOf(string id) => _byId.TryGetValue(id, out var index) ? index : -1;

    /// <summary>The profile of a patient by the settings: the patient goes before the ward, and the ward before the site.</summary>
    /// <param name="patient">Patient id.</param>
    /// <param name="ward">Ward; empty: unknown.</param>
    public RuleProfile ProfileOf(string patient, string ward)
    {
        if (_patients.TryGetValue(patient, out var byWard))
        {
            return byWard.TryGetValue(ward, out var both) ? both : byWard[""];
        }

        return _wards.TryGetValue(ward, out var profile) ? profile : _site;
    }

    /// <summary>The profile of a patient whose own limits go before everything that the settings say.</summary>
    /// <param name="patient">Patient id.</param>
    /// <param name="ward">Ward; empty: unknown.</param>
    /// <param name="own">Limits that <see cref="PatientLimits.Problem(IReadOnlyList{PatientLimit}, IReadOnlyList{LimitRule})"/> let pass.</param>
    public RuleProfile ProfileOf(string patient, string ward, IReadOnlyList<PatientLimit> own)
    {
        var profile = ProfileOf(patient, ward);
        return own.Count == 0
            ? profile
            : new RuleProfile([.. Enumerable.Range(0, LimitCount).Select(i => Own(profile.Limit(i), own))]);
    }

    private int Add(string id, AlertKind kind)
    {
        _rules.Add(new RuleInfo(id, kind));
        return _rules.Count - 1;
    }

    private int AddBySource(string prefix)
    {
        var first = Add(prefix + ".bedside", AlertKind.Technical);
        Add(prefix + ".wearable", AlertKind.Technical);
        Add(prefix + ".charted", AlertKind.Technical);
        return first;
    }

    private void AddProfiles(MonitorSettings settings, LimitRule[] site)
    {
        foreach (var (ward, limits) in settings.WardLimits)
        {
            _wards[ward] = new RuleProfile(Replace(site, limits));
        }

        foreach (var (patient, limits) in settings.PatientLimits)
        {
            var byWard = _patients[patient] = new(StringComparer.Ordinal) { [""] = new RuleProfile(Replace(site, limits)) };
            foreach (var (ward, wardLimits) in settings.WardLimits)
            {
                byWard[ward] = new RuleProfile(Replace(Replace(site, wardLimits), limits));
            }
        }
    }

    private static LimitRule Own(LimitRule rule, IReadOnlyList<PatientLimit> own) =>
        own.FirstOrDefault(o => o.Rule == rule.Id) is { } limit ? limit.Over(rule) : rule;

    private static LimitRule[] Replace(LimitRule[] rules, IReadOnlyList<LimitRule> replacements) =>
        [.. rules.Select(rule => replacements.FirstOrDefault(r => r.Id == rule.Id) ?? rule)];
}
