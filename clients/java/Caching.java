import com.amazonaws.secretsmanager.caching.SecretCache;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** AWS's caching library for Java reads the secret, Gson its keys; a token and a call, for every line that comes in. */
public final class Caching {
  private static final Gson GSON = new Gson();
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final int LONGEST = 160;

  private Caching() {}

  public static void main(String[] arguments) throws Exception {
    var secrets = new SecretCache();
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    while (lines.readLine() != null) {
      Map<String, Object> answer = new TreeMap<>();
      try {
        var secret = GSON.fromJson(secrets.getSecretString(System.getenv("SP_API_AWS_SECRET_ID")), JsonObject.class);
        answer.put("marketplaces", marketplaces(secret));
      } catch (Exception error) {
        var said = error.toString().replaceAll("(Atz[ar]\\||amzn1\\.oa2-cs\\.)\\S+", "***");
        answer.put("failed", said.substring(0, Math.min(LONGEST, said.length())));
      }
      System.out.println(GSON.toJson(answer));
      System.out.flush();
    }
  }

  private static TreeSet<String> marketplaces(JsonObject secret) throws Exception {
    var form = Map.of(
        "grant_type", "refresh_token",
        "refresh_token", secret.get("refreshToken").getAsString(),
        "client_id", secret.get("clientId").getAsString(),
        "client_secret", secret.get("clientSecret").getAsString());
    var body = form.entrySet().stream()
        .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
    var login = HttpRequest.newBuilder(URI.create(System.getenv("SP_API_OAUTH_URL")))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(HttpRequest.BodyPublishers.ofString(body));
    var token = ask(login).get("access_token").getAsString();
    var region = secret.get("SP_API_REGION").getAsString();
    var base = System.getenv("SP_API_BASE_URL").replace("{region}", region);
    var call = HttpRequest.newBuilder(URI.create(base + "/sellers/v1/marketplaceParticipations"))
        .header("x-amz-access-token", token)
        .header("User-Agent", "sellerkeys-clients/1 (Language=Java)");
    var found = new TreeSet<String>();
    for (var entry : ask(call).getAsJsonArray("payload")) {
      found.add(entry.getAsJsonObject().getAsJsonObject("marketplace").get("id").getAsString());
    }
    return found;
  }

  private static JsonObject ask(HttpRequest.Builder request) throws Exception {
    var answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException("HTTP " + answer.statusCode());
    }
    return GSON.fromJson(answer.body(), JsonObject.class);
  }
}
